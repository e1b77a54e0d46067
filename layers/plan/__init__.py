"""The plan: its layers as data, the rules that build them, places, selections and zonings."""
