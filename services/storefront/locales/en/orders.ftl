# What was ordered.

orders-title = Your orders
orders-empty = You have not ordered anything yet. Bread, cheese, tea: the stalls are just around the corner.
orders-empty-link = Look around the hall
orders-and-more = { $names } and { $more ->
    [one] one more product
   *[other] { $more } more products
}
orders-newest = Back to the newest

order-title = Order
order-thanks = Thank you for your order
order-placed = Its number is { $number }. You find it on this page and under “Orders” whenever you like.
order-paid-now = Thank you. Your bank has answered, and the order is paid.
order-placed-on = Placed on { $moment }
order-status = Where the order is
order-lines = What you ordered
order-product = Product
order-quantity = Quantity
order-price = Price
order-each = { $price } each
order-total = Total
order-refunded = Refunded
order-address = Goes to
order-parcel = Parcel
order-carrier = Carrier
order-tracking = Tracking number
order-cancel = Cancel the order
order-return = Send something back
order-check-again = Check again

order-next-pending = Your bank has not answered yet. Nothing is lost and nothing is charged twice; this page says so as soon as we know.
order-next-confirmed = It is paid. Next we pack it; until then you can cancel it, and the money goes back to your card.
order-next-packed = It is packed and waits for the carrier. The tracking number appears here as soon as it leaves.
order-next-shipped = It is on its way to you.
order-next-delivered = It has arrived. Enjoy it.
order-next-cancelled = You have cancelled it. The money goes back to your card.
order-next-payment_failed = It could not be paid, and nothing was charged. Your cart is as it was; you can try another card.
order-cancelled-by-us = We could not keep the goods for you and had to cancel. We are sorry; the money goes back to your card.

order-returns = Returns
order-return-of = Return of { $date }
order-return-reason = Your reason
order-return-refusal = Our answer
order-return-refund = To be refunded
order-return-refunded = Refunded

timeline = What has happened, and what is still to come
timeline-of-return = How the return is going
timeline-to-come = (still to come)
timeline-placed = Placed
timeline-confirmed = Paid
timeline-packed = Packed
timeline-shipped = On its way
timeline-delivered = Delivered
timeline-cancelled = Cancelled
timeline-payment_failed = Not paid

return-title = Send something back
return-text = Tell us what comes back and why. We look at it and answer on the order’s page.
return-lines = What comes back
return-left = { $left ->
    [one] You can send back one, for { $price }.
   *[other] You can send back up to { $left }, for { $price } each.
}
return-none-left = Already sent back, or on its way.
return-reason = Why does it come back?
return-refund = What you paid for these goes back to your card once the goods have arrived here.
return-button = Ask for the return
return-back = Back to the order
return-nothing = Say how many come back, of one product at least.
return-not-a-number = Write how many come back as a whole number.
return-too-many = That is more than is left to send back. What is still possible stands at each product.

mistake-reason = Write a reason, in at most 500 characters.

notice-order-cancelled = The order is cancelled.
notice-order-not-cancellable = The order cannot be cancelled any more: look where it is.
notice-not-returnable = There is nothing to send back of this order at the moment.
notice-return-requested = We have your request. The answer comes to this page.
