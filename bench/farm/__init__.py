"""The farm planner in numbers: placements side by side, and what changes of the farm cost."""
