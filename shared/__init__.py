"""The product's code: rules, use cases, adapters, settings and the place where they are joined."""
