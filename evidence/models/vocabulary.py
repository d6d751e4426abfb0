"""The barriers that keep people from a service: a list that administrators may add to."""

from django.db import models
from django.db.models.functions import Lower

from groups.models.places import ListedValue


class Barrier(ListedValue):
    """Something that keeps people from a service, such as Cost."""

    class Meta(ListedValue.Meta):
        constraints = [models.UniqueConstraint(Lower("label"), name="barrier_label_once")]
