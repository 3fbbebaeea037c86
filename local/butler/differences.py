"""What behaves differently from Butler, and why. docs/from-butler.md shows the same texts."""

from typing import Final

from local.butler.draft import Difference

SWITCHES: Final = Difference(
    "Nothing is released after an import",
    "Whatever dryRun was, the settings say LICENSE_RELEASE__DRY_RUN=true and have no "
    "LICENSE_RELEASE__CONFIRM_SITE. Read a dry plan first; then both switches have to be set.",
)
NEVER_USED: Final = Difference(
    "A license that was never used is as old as its assignment",
    "Butler took it for unused since 1753 and released it on its next run, even an hour after it "
    "was assigned.",
)
TO_THE_SECOND: Final = Difference(
    "Days are 24 hours, to the second, in UTC",
    "Butler counted to the end of the day in its machine's time zone, so licenses went up to a day "
    "early: with 30 days from 29 days and some minutes on.",
)
CASE: Final = Difference(
    "Letter case does not matter in never-release rules",
    "Butler compared user directories, user ids, tags and properties letter by letter, so a "
    "wrongly cased entry protected nobody. Here it protects.",
)
CAPS: Final = Difference(
    "There are caps",
    "Butler released all it found. Here a plan releases at most 200 licenses and 25 % of a type's "
    "(LICENSE_RELEASE__MAX_PER_RUN, __MAX_PERCENT_PER_RUN), longest unused first, and none at all "
    "when the site's numbers jump.",
)
LOOK_AGAIN: Final = Difference(
    "Every license is looked at again right before it goes",
    "Butler deleted by a list that it had read before, and one failure ended the run for all that "
    "followed. Here who came back meanwhile stays, and each license has an outcome of its own.",
)
QUARANTINE: Final = Difference(
    "Quarantined licenses are never released, and quarantine is told",
    "Butler skipped them too, but reported as released what QRS had only put into quarantine. Here "
    "a license is read again after its release, and counts as free when its quarantine ends.",
)
FLAGS: Final = Difference(
    "inactive, blocked and removedExternally mean the same, and are read strictly",
    "Yes keeps users that are so, No keeps users that are not so, Ignore disregards it, in any "
    "case. Butler took any other word for Ignore; here it is an error.",
)
SCHEDULES: Final = Difference(
    "Timers run by the clock in UTC, and not at start-up",
    "Butler's schedules are in UTC too, whatever its machine's time zone is. But Butler also "
    "collected and released each time it was started.",
)
POINTS: Final = Difference(
    "Measurements keep Butler's names, tags and fields",
    "Each point has the tag site besides. days_until_expiry goes below zero after the expiry, and "
    "used_tokens of token_user is there, which a typo kept out of Butler's points.",
)
RELEASE_POINTS: Final = Difference(
    "Points are written for all features or none",
    "Butler had a switch for each destination, and ignored the one of releases. Here points are "
    "written as soon as the INFLUXDB__ settings are there.",
)
INFLUXDB_1: Final = Difference(
    "InfluxDB 1 is reached by the write API of 2",
    "1.8 has it, older versions don't. User and password become a token, user:password. The bucket "
    "is the database, with its default retention policy, where Butler wrote too.",
)
VERIFIED: Final = Difference(
    "The server's certificate is always verified",
    "rejectUnauthorized is not carried over. QLIK_SENSE__ROOT_CERTIFICATE_* names the root that "
    "signed it (clientCertCA, root.pem); if the certificate bears another name than the host, set "
    "QLIK_SENSE__TLS_SERVER_NAME to that name.",
)
ACCOUNT: Final = Difference(
    "QRS is asked in the name of the account in the config",
    "Butler's license functions asked as INTERNAL\\sa_repository whatever the header said. The "
    "account must see all users and licenses; a plan is made only if the counts agree.",
)
TAGS: Final = Difference(
    "Some tag names are the app's own",
    "site, license_type, user, pool, group, value, subject, action and reason can't be static "
    "tags, nor time and names that begin with an underscore.",
)
EXPIRY: Final = Difference(
    "The site license's expiry is watched by an alert",
    "Butler logged, and told MQTT or webhooks. Here EARLY_WARNING__SERVER_LICENSE_DAYS raises the "
    "alert of the deployment, whose action group may call webhooks.",
)

ALL: Final = (
    SWITCHES,
    NEVER_USED,
    TO_THE_SECOND,
    CASE,
    FLAGS,
    CAPS,
    LOOK_AGAIN,
    QUARANTINE,
    SCHEDULES,
    ACCOUNT,
    VERIFIED,
    POINTS,
    RELEASE_POINTS,
    INFLUXDB_1,
    TAGS,
    EXPIRY,
)
