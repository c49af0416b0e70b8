# Le panier, et le chemin du panier à la commande.

cart-title = Votre panier
cart-empty = Votre panier est vide
cart-empty-text = Pain, fromage, thé et beaux outils vous attendent dans la halle.
cart-look-around = Parcourir la halle
cart-stale = Les rayons ne répondent pas pour le moment. Les noms et les prix sont ceux du jour de votre choix ; ceux d’aujourd’hui reviendront d’eux-mêmes.
cart-each = l’unité
cart-price-changed = Le prix est passé de { $from } à { $to } depuis votre choix.
cart-line-out = Épuisé pour le moment. Retirez-le pour continuer.
cart-line-few = { $units ->
    [one] Il n’en reste qu’un. Réduisez la quantité pour continuer.
   *[other] Il n’en reste que { $units }. Réduisez la quantité pour continuer.
}
cart-line-retired = N’est plus vendu. Retirez-le pour continuer.
cart-line-currency = Désormais vendu dans une autre monnaie. Retirez-le pour continuer.
cart-units = Quantité : { $name }
cart-less = Un de moins : { $name }
cart-more = Un de plus : { $name }
cart-update = Mettre à jour
cart-remove = Retirer
cart-sum = Récapitulatif
cart-sum-units = { $units ->
    [one] Un article
   *[other] { $units } articles
}
cart-to-checkout = Passer commande
cart-not-yet = Un article de votre panier ne peut pas être acheté tel quel. Voyez la note qui l’accompagne.

cart-added = Ajouté à votre panier.
cart-removed = Retiré de votre panier.
cart-changed = Le total de votre panier est maintenant de { $total }.
cart-most = Un panier contient au plus 99 unités de chaque produit.
cart-quantity-wrong = Une quantité est un nombre entier de 0 à 99. Rien n’a été changé.
cart-refused-stock = { $units ->
    [0] Ce produit est épuisé pour le moment. Rien n’a été changé.
    [one] Il n’en reste qu’un. Rien n’a été changé.
   *[other] Il n’en reste que { $units }. Rien n’a été changé.
}
cart-refused-full = Un panier contient au plus 50 produits différents. Retirez-en un pour faire de la place.
cart-refused-gone = Ce produit n’est plus vendu. Rien n’a été changé.
cart-refused-currency = Ce produit est vendu dans une autre monnaie que le reste de votre panier. Rien n’a été changé.
cart-refused-catalog = Les rayons ne répondent pas pour le moment ; rien de nouveau ne peut entrer dans votre panier. Son contenu est conservé.

checkout-steps = Étapes de la commande
checkout-step-address = Adresse
checkout-step-card = Carte
checkout-step-review = Vérification
checkout-bought = Votre commande
checkout-total = Total
checkout-to-cart = Modifier le panier
checkout-to-orders = Voir vos commandes
checkout-change-cart = Un article de votre panier ne peut pas être acheté tel quel. Voyez la note qui l’accompagne, puis passez commande.
checkout-not-now = La caisse est fermée un instant
checkout-not-now-text = Les commandes et les paiements ne sont pas accessibles pour le moment, aucune commande ne peut donc aboutir. Votre panier est conservé, et vous pouvez continuer votre visite.

checkout-address-title = Où faut-il livrer ?
checkout-address-first = Votre adresse est gardée dans votre carnet pour la prochaine fois.
checkout-address-known = Vos adresses
checkout-address-use = Livrer à cette adresse
checkout-address-new = Une autre adresse
checkout-address-save = Utiliser cette adresse
checkout-address-book-full = Votre carnet d’adresses est plein. Choisissez une de vos adresses, ou faites de la place pour une nouvelle.
checkout-address-book = Ouvrir le carnet d’adresses
checkout-address-gone = Cette adresse n’est plus dans votre carnet. Choisissez-en une autre.

checkout-card-title = Comment souhaitez-vous payer ?
checkout-card-known = Vos cartes
checkout-card-use = Payer avec cette carte
checkout-card-new = Une autre carte
checkout-card-save = Utiliser cette carte
checkout-card-sandbox = Aucun argent réel ne circule ici : c’est un bac à sable. La carte 4242 4242 4242 4242 est acceptée, avec n’importe quelle date à venir et trois chiffres au choix.
checkout-card-called = { $brand } se terminant par { $last4 }
checkout-card-expires = Valable jusqu’à { $date }
checkout-card-expired = Expirée depuis { $date }
checkout-card-refused = Cette carte n’a pas été acceptée. Essayez-en une autre.
checkout-card-too-many = Nous gardons déjà autant de cartes que possible pour vous. Choisissez-en une, ou supprimez-en une dans votre compte.
checkout-field-number = Numéro de carte
checkout-field-month = Mois
checkout-field-year = Année
checkout-field-cvc = Code CVC
checkout-wrong-number = Ce n’est pas un numéro de carte. Vérifiez les chiffres.
checkout-wrong-month = Un mois va de 1 à 12.
checkout-wrong-year = La carte a expiré, ou l’année est mal saisie.
checkout-wrong-cvc = Trois chiffres ; quatre sur une American Express.
checkout-declined = Votre banque a refusé cette carte. Rien n’a été débité, et votre panier est conservé. Choisissez une autre carte.
checkout-declined-funds = Votre banque a refusé cette carte : le solde ne suffit pas. Rien n’a été débité, et votre panier est conservé. Choisissez une autre carte.
checkout-declined-other = Votre banque a refusé ce paiement. Rien n’a été débité, et votre panier est conservé. Choisissez une autre carte.
checkout-declined-late = Le paiement a pris trop de temps et a été annulé. Ce qui a pu être débité vous est rendu, et votre panier est conservé.
checkout-declined-unknown-card = Cette carte n’est plus dans votre compte. Rien n’a été débité. Choisissez une autre carte.

checkout-review-title = Un dernier coup d’œil
checkout-review-address = Livraison
checkout-review-change-address = Changer l’adresse
checkout-review-card = Paiement
checkout-review-change-card = Changer la carte
checkout-pay = Payer { $total }
checkout-pay-once = Un seul clic suffit. Un second n’est jamais débité.
checkout-total-changed = Votre panier ou un prix a changé entre-temps, et ce clic n’a rien commandé. Vérifiez une dernière fois avant de payer.
checkout-pending = Votre commande { $number } est en cours de confirmation. S’il s’agit de celle-ci, inutile de payer à nouveau.
checkout-same = Votre commande { $number }, passée il y a un instant, contient les mêmes articles. S’il s’agit de celle-ci, inutile de payer à nouveau.
checkout-look-first = La consulter d’abord
checkout-waiting = Nous attendons la banque
checkout-waiting-text = Votre commande est partie, et la banque n’a pas encore répondu. Cette page redemande d’elle-même ; cela peut prendre une minute.
checkout-waiting-once = Rien n’est débité deux fois. Inutile de payer à nouveau.
checkout-waiting-ask = Vérifier maintenant
checkout-sent-before = Cette commande a déjà été envoyée
checkout-sent-before-text = Elle est partie une première fois, avec une autre adresse ou une autre carte, et a peut-être abouti. Regardez d’abord vos commandes. Si elle n’y figure pas, recommencez.
checkout-begin-anew = Recommencer
checkout-out-of-stock = Un article de votre panier vient d’être épuisé. Rien n’a été débité.
checkout-cart-too-large = Votre panier contient trop de produits différents pour une seule commande. Rien n’a été débité.
checkout-cart-empty = Votre panier est vide : votre commande est passée et figure ici, ou il n’y avait rien à acheter.
checkout-placed-before = Cette commande avait déjà été passée, et n’est payée qu’une fois. Ce qui se trouve maintenant dans votre panier n’a pas encore été commandé.
