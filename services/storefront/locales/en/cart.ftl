# The cart, and the way from it to an order.

cart-title = Your cart
cart-empty = Your cart is empty
cart-empty-text = Bread, cheese, tea and good tools are waiting in the hall.
cart-look-around = Look around the hall
cart-stale = The shelves do not answer at the moment. Names and prices are those of the day you chose them; today’s come back by themselves.
cart-each = each
cart-price-changed = The price has changed from { $from } to { $to } since you chose this.
cart-line-out = Sold out for now. Take it out to go on.
cart-line-few = { $units ->
    [one] Only one is left. Lower the quantity to go on.
   *[other] Only { $units } are left. Lower the quantity to go on.
}
cart-line-retired = No longer sold. Take it out to go on.
cart-line-currency = Sold in another currency by now. Take it out to go on.
cart-units = Quantity of { $name }
cart-less = One less: { $name }
cart-more = One more: { $name }
cart-update = Update
cart-remove = Remove
cart-sum = Summary
cart-sum-units = { $units ->
    [one] One item
   *[other] { $units } items
}
cart-to-checkout = To checkout
cart-not-yet = Something in your cart cannot be bought as it is. See the note beside it.

cart-added = Added to your cart.
cart-removed = Taken out of your cart.
cart-changed = Your cart now comes to { $total }.
cart-most = A cart holds at most 99 of each product.
cart-quantity-wrong = A quantity is a whole number from 0 to 99. Nothing was changed.
cart-refused-stock = { $units ->
    [0] This is sold out for now. Nothing was changed.
    [one] Only one is left. Nothing was changed.
   *[other] Only { $units } are left. Nothing was changed.
}
cart-refused-full = A cart holds at most 50 different products. Take something out to make room.
cart-refused-gone = This is no longer sold. Nothing was changed.
cart-refused-currency = This is sold in another currency than the rest of your cart. Nothing was changed.
cart-refused-catalog = The shelves do not answer at the moment, so nothing new can go into your cart. What is in it is kept.

checkout-steps = Steps of the checkout
checkout-step-address = Address
checkout-step-card = Card
checkout-step-review = Review
checkout-bought = Your order
checkout-total = Total
checkout-to-cart = Change the cart
checkout-to-orders = See your orders
checkout-change-cart = Something in your cart cannot be bought as it is. See the note beside it, then go on to checkout.
checkout-not-now = The checkout is closed for a moment
checkout-not-now-text = Orders and payments cannot be reached at the moment, so no order can be finished. Your cart is kept, and you can go on looking around.

checkout-address-title = Where should it go?
checkout-address-first = Your address is kept in your address book for next time.
checkout-address-known = Your addresses
checkout-address-use = Send it there
checkout-address-new = Another address
checkout-address-save = Use this address
checkout-address-book-full = Your address book is full. Choose one of your addresses, or make room for a new one.
checkout-address-book = Open the address book
checkout-address-gone = That address is no longer in your address book. Choose another one.

checkout-card-title = How would you like to pay?
checkout-card-known = Your cards
checkout-card-use = Pay with this card
checkout-card-new = Another card
checkout-card-save = Use this card
checkout-card-sandbox = No real money moves here: this is a sandbox. The card 4242 4242 4242 4242 is approved, with any date to come and any three digits.
checkout-card-called = { $brand } ending in { $last4 }
checkout-card-expires = Valid until { $date }
checkout-card-expired = Expired { $date }
checkout-card-refused = This card was not accepted. Try another one.
checkout-card-too-many = You have as many cards as we can keep. Choose one of them, or remove one in your account.
checkout-field-number = Card number
checkout-field-month = Month
checkout-field-year = Year
checkout-field-cvc = Security code
checkout-wrong-number = This is not a card number. Check the digits.
checkout-wrong-month = A month is 1 to 12.
checkout-wrong-year = The card has expired, or the year is mistyped.
checkout-wrong-cvc = Three digits; four on an American Express.
checkout-declined = Your bank declined this card. Nothing was charged, and your cart is kept. Choose another card.
checkout-declined-funds = Your bank declined this card: there is not enough money on it. Nothing was charged, and your cart is kept. Choose another card.
checkout-declined-other = Your bank declined this payment. Nothing was charged, and your cart is kept. Choose another card.
checkout-declined-late = The payment took too long and was called off. Whatever was charged is returned, and your cart is kept.
checkout-declined-unknown-card = That card is no longer in your account. Nothing was charged. Choose another card.

checkout-review-title = One last look
checkout-review-address = Sent to
checkout-review-change-address = Change the address
checkout-review-card = Paid with
checkout-review-change-card = Change the card
checkout-pay = Pay { $total }
checkout-pay-once = One click is enough. A second one is never charged again.
checkout-total-changed = Your cart or a price has changed since you looked, so this click ordered nothing. Look once more before you pay.
checkout-pending = Your order { $number } is still being confirmed. If it is this one, there is no need to pay again.
checkout-same = Your order { $number }, placed a moment ago, holds the same things. If it is this one, there is no need to pay again.
checkout-look-first = Look at it first
checkout-waiting = We are waiting for the bank
checkout-waiting-text = Your order has been sent, and the bank has not answered yet. This page asks again by itself; it can take a minute.
checkout-waiting-once = Nothing is charged twice. There is no need to pay again.
checkout-waiting-ask = Check again
checkout-sent-before = This checkout was sent before
checkout-sent-before-text = It went out once already, with another address or card, and it may have become an order. Look at your orders first. If it is not among them, begin again.
checkout-begin-anew = Begin again
checkout-out-of-stock = Something in your cart sold out just now. Nothing was charged.
checkout-cart-too-large = There are too many different products in your cart for one order. Nothing was charged.
checkout-cart-empty = Your cart is empty: your order has been placed and is listed here, or there was nothing to buy.
checkout-placed-before = This checkout had become this order before, and is paid once. Whatever is in your cart now has not been ordered yet.
