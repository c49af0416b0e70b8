# Flâner : l’accueil, les rayons, la recherche, les produits.

home-page-title = Comptoir : une halle parisienne en ligne
home-title = Toute une halle sur un comptoir
home-lead = Le pain du matin, le fromage fait à cœur et les cocottes qui leur rendent justice. Choisis un à un, livrés chez vous.
home-to-everything = Tout voir
home-to-aisles = Parcourir les allées
home-counter = Cette semaine sur le comptoir
home-aisles = Les allées
home-promises = Nos engagements
home-promise-price = Le prix annoncé
home-because-price = Si un prix change pendant qu’un article attend dans votre panier, vous l’apprenez avant de payer.
home-promise-once = Payé une seule fois
home-because-once = Double clic, coupure de réseau, nouvel essai demain : une commande n’est débitée qu’une fois.
home-promise-returns = Rendu en une minute
home-because-returns = Renvoyez un seul bocal ou toute la commande, et suivez votre remboursement.
home-promise-card = Une carte bien gardée
home-because-card = Son numéro part à la banque et n’est conservé nulle part dans la halle.

category-all = Tout
category-inside = Dans { $name }
category-description = { $name } chez Comptoir, une halle parisienne en ligne : { $products }.

search-everything = Toute la halle
search-page-title = Recherche : { $words }
search-heading = Résultats pour « { $words } »

results = Produits
results-count = { $count ->
    [one] { $count } produit
   *[other] { $count } produits
}
first-page = Retour à la première page

sort-label = Trier par
sort-button = Trier
sort-relevance = Pertinence
sort-name = Nom
sort-price_asc = Prix croissant
sort-price_desc = Prix décroissant
sort-newest = Nouveautés

filters = Filtrer
filters-chosen = Filtres choisis
filters-remove-all = Retirer tous les filtres
filter-remove = Retirer le filtre { $filter }
filter-category = Allée
filter-price = Prix
filter-stock = Disponibilité
filter-in-stock = En stock
prices-below = Moins de { $max }
prices-between = De { $min } à { $max }
prices-from = { $min } et plus

nothing-passes = Rien ne correspond à tous ces filtres. Avec un de moins, peut-être.
nothing-here = Cette étagère est vide pour le moment.
nothing-found = Rien pour « { $words } »
nothing-found-text = Nous avons regardé sur toutes les étagères. Essayez un mot plus court, en français ou en anglais, ou faites un tour.

suggestions-none = Rien pour l’instant pour « { $words } »
suggestions-all = { $count ->
    [one] Voir le résultat
   *[other] Voir les { $count } résultats
}

product-quantity = Quantité
product-add = Ajouter au panier
product-delivery = Emballé à la main, expédié sous deux jours ouvrés.
product-returns = Un regret ? Renvoyez-le depuis vos commandes.
product-sold-out = Le dernier vient de quitter l’étagère. Ses voisins sont encore là.
product-see-category = Voir { $name }
product-related = À côté sur l’étagère

guide-title = Guide de style
guide-lead = Papier chaud, vert bouteille, un seul rouge brique et les deux traits d’une étagère. Tout ce qui compose les pages se trouve ici une fois, dans les deux langues, de jour comme de nuit.
guide-colours = Couleurs
guide-colour-paper = La page, et le fond de chaque dessin
guide-colour-surface = Ce qu’on remplit, ce qui est posé dessus
guide-colour-sunk = Ce qui est dessous : pied de page, rangées
guide-colour-rule = Traits entre les choses
guide-colour-strong-rule = Traits autour des champs
guide-colour-ink = Texte
guide-colour-quiet = Texte en retrait
guide-colour-green = Titres, liens, ce qui va bien
guide-colour-green-wash = Sous le vert
guide-colour-red = L’accent, et ce qui ne va pas
guide-colour-red-wash = Sous le rouge
guide-colour-amber = À savoir avant de continuer
guide-colour-amber-wash = Sous l’ambre
guide-colour-action = La chose à faire
guide-type = Caractères
guide-space = Espaces
guide-buttons = Boutons
guide-button-quiet = Un autre chemin
guide-button-danger = Annuler la commande
guide-button-disabled = Pas maintenant
guide-button-link = Comme un lien
guide-button-busy = En route
guide-button-anchor = Vers une autre page
guide-fields = Champs
guide-field-plain = Nom
guide-field-hinted = Code postal
guide-field-hint = Cinq chiffres en France, comme 75001.
guide-field-optional = Complément d’adresse
guide-field-wrong = Adresse e-mail
guide-field-error = Cette adresse e-mail n’est pas complète.
guide-field-choice = Ordre de la liste
guide-field-words = Pourquoi ce retour ?
guide-field-missing = Dites-le en quelques mots.
guide-said = Ce que disent les pages
guide-alert = La carte a été refusée. Rien n’a été débité et votre panier n’a pas bougé.
guide-hint = Le prix d’un article a changé depuis que vous l’avez choisi.
guide-notice = Deux citrons sont dans votre panier.
guide-badges = Mots en passant
guide-products = Produits
guide-product-aged-comte = Comté 24 mois d’affinage
guide-product-menton-lemons = Citrons de Menton
guide-product-earl-grey = Thé noir Earl Grey
guide-product-butter-croissant = Croissant pur beurre
guide-ways = Chemins
guide-step-first = Crèmerie
guide-step-second = Fromages à pâte pressée
guide-tables = Tableaux
guide-table-caption = Commandes du jour
guide-table-order = Commande
guide-table-state = État
guide-table-total = Total
guide-cart = Panier
guide-checkout = Étapes de la commande
guide-written = Adresses et cartes, telles qu’on les écrit
guide-orders = Commandes, du comptoir à la porte
guide-return-reason = La boîte était cabossée.
guide-return-refusal = La boîte avait été ouverte.
guide-office = Arrière-boutique
