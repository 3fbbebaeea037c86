"""The deployment package: one zip with the app and its libraries, built for the worker in Azure."""
