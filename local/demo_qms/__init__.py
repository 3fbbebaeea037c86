"""A demo QlikView Management Service, for the demo and for tests: see `service.DemoQms`."""

from local.demo_qms.accounts import Accounts
from local.demo_qms.behaviour import Behaviour
from local.demo_qms.farm_population import big_world, default_farm
from local.demo_qms.lease_rules import LeaseRules
from local.demo_qms.service import DemoQms
from local.demo_qms.world import World

__all__ = [
    "Accounts",
    "Behaviour",
    "DemoQms",
    "LeaseRules",
    "World",
    "big_world",
    "default_farm",
]
