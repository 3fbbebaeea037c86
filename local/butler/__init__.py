"""From a config of Butler to app settings: what is carried over, what differs, what is left out."""
