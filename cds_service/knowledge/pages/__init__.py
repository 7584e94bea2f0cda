"""What the knowledge says of each entry, as pages without a medium: Markdown and HTML are made of them.

Nothing here knows an address or a tag. A page is sections of blocks (``blocks``); what is linked
names the entry (``Ref``), and whoever writes the page decides where that leads.
"""
