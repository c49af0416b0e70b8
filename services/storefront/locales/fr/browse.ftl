# Looking around.

home-title = Tout frais de la halle
