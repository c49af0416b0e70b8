# Ce qui a été commandé.

orders-title = Vos commandes
orders-empty = Vous n’avez encore rien commandé. Pain, fromage, thé : les étals sont à deux pas.
orders-empty-link = Faire un tour dans la halle
orders-and-more = { $names } et { $more ->
    [one] un autre produit
   *[other] { $more } autres produits
}
orders-newest = Revenir aux plus récentes

order-title = Commande
order-thanks = Merci pour votre commande
order-placed = Elle porte le numéro { $number }. Vous la retrouvez sur cette page et sous « Commandes » quand vous voulez.
order-paid-now = Merci. Votre banque a répondu, et la commande est payée.
order-placed-on = Passée le { $moment }
order-status = Où en est la commande
order-lines = Ce que vous avez commandé
order-product = Produit
order-quantity = Quantité
order-price = Prix
order-each = { $price } la pièce
order-total = Total
order-refunded = Remboursé
order-address = Adresse de livraison
order-parcel = Colis
order-carrier = Transporteur
order-tracking = Numéro de suivi
order-cancel = Annuler la commande
order-return = Renvoyer un article
order-check-again = Vérifier à nouveau

order-next-pending = Votre banque n’a pas encore répondu. Rien n’est perdu et rien n’est débité deux fois ; cette page vous le dira dès que nous le saurons.
order-next-confirmed = Elle est payée. Nous allons l’emballer ; d’ici là vous pouvez l’annuler, et l’argent revient sur votre carte.
order-next-packed = Elle est emballée et attend le transporteur. Le numéro de suivi apparaîtra ici dès son départ.
order-next-shipped = Elle est en route vers vous.
order-next-delivered = Elle est arrivée. Bonne dégustation, bon usage.
order-next-cancelled = Vous l’avez annulée. L’argent revient sur votre carte.
order-next-payment_failed = Elle n’a pas pu être payée, et rien n’a été débité. Votre panier est resté tel quel ; vous pouvez essayer une autre carte.
order-cancelled-by-us = Nous n’avons pas pu vous garder les articles et avons dû annuler. Nous en sommes désolés ; l’argent revient sur votre carte.

order-returns = Retours
order-return-of = Retour du { $date }
order-return-reason = Votre motif
order-return-refusal = Notre réponse
order-return-refund = À rembourser
order-return-refunded = Remboursé

timeline = Ce qui s’est passé, et ce qui reste à venir
timeline-of-return = Où en est le retour
timeline-to-come = (à venir)
timeline-placed = Passée
timeline-confirmed = Payée
timeline-packed = Emballée
timeline-shipped = En route
timeline-delivered = Livrée
timeline-cancelled = Annulée
timeline-payment_failed = Non payée

return-title = Renvoyer un article
return-text = Dites-nous ce qui revient et pourquoi. Nous l’examinons et répondons sur la page de la commande.
return-lines = Ce qui revient
return-left = { $left ->
    [one] Vous pouvez en renvoyer un, pour { $price }.
   *[other] Vous pouvez en renvoyer jusqu’à { $left }, pour { $price } la pièce.
}
return-none-left = Déjà renvoyé, ou en chemin.
return-reason = Pourquoi cela revient-il ?
return-refund = Ce que vous avez payé pour ces articles revient sur votre carte dès qu’ils sont arrivés chez nous.
return-button = Demander le retour
return-back = Revenir à la commande
return-nothing = Dites combien reviennent, pour un produit au moins.
return-not-a-number = Écrivez en nombre entier combien reviennent.
return-too-many = C’est plus que ce qui peut encore revenir. Ce qui reste possible est indiqué à chaque produit.

mistake-reason = Écrivez un motif, en 500 caractères au plus.

notice-order-cancelled = La commande est annulée.
notice-order-not-cancellable = La commande ne peut plus être annulée : voyez où elle en est.
notice-not-returnable = Il n’y a rien à renvoyer de cette commande pour le moment.
notice-return-requested = Nous avons votre demande. La réponse viendra sur cette page.
