"""What has several pages: the atlas, and the slides of a map."""
