# What stands around every page, what components say, and what is said where something goes wrong.

money-eur = €{ $amount }
money-usd = US${ $amount }

shop-description = Comptoir, a Paris market hall on the web: bread, cheese, tea and good tools, delivered to your door.

skip-to-content = Skip to the page
nav-mine = Yours
nav-admin = Back office
nav-orders = Orders
nav-sign-in = Sign in
nav-cart = Cart
nav-cart-units = { $units ->
    [one] one item
   *[other] { $units } items
}
nav-categories = Aisles

search-label = What are you looking for?
search-placeholder = Search the hall
search-button = Search

foot-motto = A hall of good things, and the people who choose them.
foot-shop = The shop
foot-everything = Everything in the hall
foot-orders = Your orders
foot-account = Your account
foot-language = Language
foot-about = Comptoir is a reference shop for learning and testing. Prices, cards and parcels are make-believe.
foot-links = About this shop
foot-api = API documents
foot-styleguide = Style guide

breadcrumb = You are here
breadcrumb-home = Home
next-page = Next page

card-add = Add { $name } to the cart

field-optional = (optional)

stock-in = In stock
stock-low = { $units ->
    [one] Only one left
   *[other] Only { $units } left
}
stock-out = Sold out

notice-session-ended = You have been signed out. Sign in again to go on.
notice-to-cart = See the cart

failure-try-again = Try again
failure-to-the-shop = Back to the shop
failure-not-found = There is nothing here
failure-not-found-text = The page may have moved, or the product is no longer sold.
failure-forbidden = This door is for staff
failure-forbidden-text = You are signed in with an account that may not go in here.
failure-stale-form = This page was open for too long
failure-stale-form-text = Nothing was done. Go back, load the page again, and send the form once more.
failure-stale-form-paying = It was not sent again. If you were just paying, look at your orders first: nothing is charged twice.
failure-bad-form = That could not be understood
failure-bad-form-text = Something was missing, or was not what the form asks for. Nothing was done.
failure-too-many = Too many attempts
failure-too-many-text = Wait a minute, then try again.
failure-internal = Something went wrong on our side
failure-internal-text = We have been told. Nothing was charged twice, and nothing you ordered is lost.
failure-down = A part of the shop does not answer
failure-down-catalog = The shelves cannot be shown at the moment. Your cart and your orders are safe.
failure-down-cart = The cart cannot be reached at the moment. You can go on looking around; what you put into it is kept.
failure-down-order = Orders and payments cannot be reached at the moment. You can go on looking around, and your cart is kept. If you were just paying, look at your orders before you try again.
failure-down-account = Accounts cannot be reached at the moment. You can go on looking around, and your cart is kept.

status-pending = Being confirmed
status-confirmed = Paid
status-packed = Packed
status-shipped = On its way
status-delivered = Delivered
status-cancelled = Cancelled
status-payment_failed = Not paid

return-state-requested = Asked for
return-state-approved = Agreed
return-state-refused = Refused
return-state-received = Received
return-state-refunded = Refunded

country-fr = France
country-be = Belgium
country-ch = Switzerland
country-de = Germany
country-es = Spain
country-gb = United Kingdom
country-it = Italy
country-lu = Luxembourg
