# Ce qui entoure chaque page, ce que disent les composants, et ce qui est dit quand quelque chose manque.

money-eur = { $amount } €
money-usd = { $amount } $US

shop-description = Comptoir, une halle parisienne en ligne : pain, fromage, thé et beaux outils, livrés chez vous.

skip-to-content = Aller au contenu
nav-mine = Votre espace
nav-admin = Arrière-boutique
nav-orders = Commandes
nav-sign-in = Se connecter
nav-cart = Panier
nav-cart-units = { $units ->
    [one] un article
   *[other] { $units } articles
}
nav-categories = Allées

search-label = Que cherchez-vous ?
search-placeholder = Chercher dans la halle
search-button = Chercher

foot-motto = Une halle pleine de bonnes choses, et des gens qui les choisissent.
foot-shop = La boutique
foot-everything = Toute la halle
foot-orders = Vos commandes
foot-account = Votre compte
foot-language = Langue
foot-about = Comptoir est une boutique de référence pour apprendre et tester. Prix, cartes et colis sont imaginaires.
foot-links = À propos de cette boutique
foot-api = Documents de l’API
foot-styleguide = Guide de style

breadcrumb = Vous êtes ici
breadcrumb-home = Accueil
next-page = Page suivante

card-add = Ajouter au panier : { $name }

field-optional = (facultatif)

stock-in = En stock
stock-low = { $units ->
    [one] Plus qu’un seul
   *[other] Plus que { $units }
}
stock-out = Épuisé

notice-session-ended = Vous avez été déconnecté. Reconnectez-vous pour continuer.
notice-to-cart = Voir le panier

failure-try-again = Réessayer
failure-to-the-shop = Retour à la boutique
failure-not-found = Il n’y a rien ici
failure-not-found-text = La page a peut-être changé d’adresse, ou le produit n’est plus vendu.
failure-forbidden = Cette porte est réservée au personnel
failure-forbidden-text = Votre compte ne permet pas d’entrer ici.
failure-stale-form = Cette page est restée ouverte trop longtemps
failure-stale-form-text = Rien n’a été fait. Revenez en arrière, rechargez la page et renvoyez le formulaire.
failure-stale-form-paying = Le formulaire n’a pas été renvoyé. Si vous étiez en train de payer, consultez d’abord vos commandes : rien n’est débité deux fois.
failure-bad-form = Cela n’a pas pu être compris
failure-bad-form-text = Il manquait quelque chose, ou ce n’était pas ce que le formulaire demande. Rien n’a été fait.
failure-too-many = Trop de tentatives
failure-too-many-text = Attendez une minute, puis réessayez.
failure-internal = Quelque chose s’est mal passé chez nous
failure-internal-text = Nous en sommes informés. Rien n’a été débité deux fois, et rien de ce que vous avez commandé n’est perdu.
failure-down = Une partie de la boutique ne répond pas
failure-down-catalog = Les rayons ne peuvent pas être affichés pour le moment. Votre panier et vos commandes sont en sécurité.
failure-down-cart = Le panier n’est pas accessible pour le moment. Vous pouvez continuer votre visite ; son contenu est conservé.
failure-down-order = Les commandes et les paiements ne sont pas accessibles pour le moment. Vous pouvez continuer votre visite, et votre panier est conservé. Si vous étiez en train de payer, regardez vos commandes avant de réessayer.
failure-down-account = Les comptes ne sont pas accessibles pour le moment. Vous pouvez continuer votre visite, et votre panier est conservé.

status-pending = En cours de confirmation
status-confirmed = Payée
status-packed = Emballée
status-shipped = En route
status-delivered = Livrée
status-cancelled = Annulée
status-payment_failed = Non payée

return-state-requested = Demandé
return-state-approved = Accepté
return-state-refused = Refusé
return-state-received = Reçu
return-state-refunded = Remboursé

country-fr = France
country-be = Belgique
country-ch = Suisse
country-de = Allemagne
country-es = Espagne
country-gb = Royaume-Uni
country-it = Italie
country-lu = Luxembourg
