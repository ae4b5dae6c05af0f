"""Needs a framework that no machine has."""

import a_framework_that_nobody_has

app = a_framework_that_nobody_has.application
