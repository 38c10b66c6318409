"""The map of the literature: papers laid out on a plane by what they are about, in named regions."""
