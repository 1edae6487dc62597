from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "tenants.storage"
    label = "storage"
