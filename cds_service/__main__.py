"""``python -m cds_service`` is the command line."""

from cds_service.cli import main


main()
