# Looking around.

home-title = Fresh from the hall
