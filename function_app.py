"""What the Functions host loads: the app with its blueprints, nothing else."""

import azure.functions as func

from functions import desk, leases, release, usage

app = func.FunctionApp()

for door in (usage, release, leases, desk):
    app.register_functions(door.blueprint)
