"""What groups can show: unmet need, engagement, partnerships. Its records come with the evidence release."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "evidence"
