"""A group's tender pack."""

from django.urls import path

from evidence.views import packs

urlpatterns = [path("groups/<int:pk>/tender-pack/", packs.tender_pack, name="tender_pack")]
