#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toolkit_portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:
        sys.exit(f"The portal's settings are not right: {fault}")
    except SystemExit as end:
        # argparse ends with 2 for a bad argument; scripts are promised 1 for any bad input.
        sys.exit(1 if end.code == 2 else end.code)


if __name__ == "__main__":
    main()
