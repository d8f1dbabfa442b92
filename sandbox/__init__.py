"""A pretend world: four messengers' servers with virtual people, faults and a movable clock."""
