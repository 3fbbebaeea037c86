"""A made-up Citrix farm at work, for benches and for trying the planner."""
