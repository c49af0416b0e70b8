# Looking around: the home page, categories, search, products.

home-page-title = Comptoir: a Paris market hall on the web
home-title = A whole market hall on one counter
home-lead = Bread from this morning, cheese at its best, and the pots to do them justice. Chosen one by one, brought to your door.
home-to-everything = See everything
home-to-aisles = Walk the aisles
home-counter = On the counter this week
home-aisles = The aisles
home-promises = What you can count on
home-promise-price = The price you saw
home-because-price = If a price moves while something waits in your cart, the cart says so before you pay.
home-promise-once = Paid once
home-because-once = Two clicks, a lost connection, a second try tomorrow: an order is charged one time.
home-promise-returns = Returned in a minute
home-because-returns = Send back a single jar or the whole order, and follow your money home.
home-promise-card = A card kept to yourself
home-because-card = Its number goes to the bank and is stored nowhere in the hall.

category-all = All
category-inside = Inside { $name }
category-description = { $name } from Comptoir, a Paris market hall on the web: { $products }.

search-everything = Everything in the hall
search-page-title = Search: { $words }
search-heading = Results for “{ $words }”

results = Products
results-count = { $count ->
    [one] One product
   *[other] { $count } products
}
first-page = Back to the first page

sort-label = Sort by
sort-button = Sort
sort-relevance = Best match
sort-name = Name
sort-price_asc = Price, lowest first
sort-price_desc = Price, highest first
sort-newest = Newest

filters = Filter
filters-chosen = Chosen filters
filters-remove-all = Remove all filters
filter-remove = Remove the filter { $filter }
filter-category = Aisle
filter-price = Price
filter-stock = Availability
filter-in-stock = In stock
prices-below = Under { $max }
prices-between = { $min } to { $max }
prices-from = { $min } and over

nothing-passes = Nothing passes all of these filters. With one fewer, something may.
nothing-here = This shelf is empty at the moment.
nothing-found = Nothing for “{ $words }”
nothing-found-text = We looked on every shelf. A shorter word may do, in English or in French; or have a look around.

suggestions-none = Nothing yet for “{ $words }”
suggestions-all = { $count ->
    [one] See the result
   *[other] See all { $count } results
}

product-quantity = Quantity
product-add = Add to cart
product-delivery = Packed by hand, sent within two working days.
product-returns = Not right? Send it back from your orders.
product-sold-out = The last one has just left the shelf. Its neighbours are still there.
product-see-category = See { $name }
product-related = Goes well beside it

guide-title = Style guide
guide-lead = Warm paper, bottle green, one brick red, and the two lines of a shelf. Everything that pages are made of stands here once, in both languages and in both lights.
guide-colours = Colour
guide-colour-paper = The page, and the ground of every drawing
guide-colour-surface = What is written in or lies on top
guide-colour-sunk = What lies below: the foot, rows
guide-colour-rule = Lines between things
guide-colour-strong-rule = Lines around fields
guide-colour-ink = Text
guide-colour-quiet = Text that waits
guide-colour-green = Headings, links, what is well
guide-colour-green-wash = Under green
guide-colour-red = The accent, and what is wrong
guide-colour-red-wash = Under red
guide-colour-amber = What to know before going on
guide-colour-amber-wash = Under amber
guide-colour-action = The one thing to do
guide-type = Type
guide-space = Space
guide-buttons = Buttons
guide-button-quiet = Another way
guide-button-danger = Cancel the order
guide-button-disabled = Not now
guide-button-link = As a link
guide-button-busy = On its way
guide-button-anchor = To another page
guide-fields = Fields
guide-field-plain = Name
guide-field-hinted = Postal code
guide-field-hint = Five digits in France, as in 75001.
guide-field-optional = Second line of the address
guide-field-wrong = Email address
guide-field-error = This is not a complete email address.
guide-field-choice = Order of the list
guide-field-words = Why does it come back?
guide-field-missing = Say it in a few words.
guide-said = What pages say
guide-alert = The card was declined. Nothing was charged, and your cart is as it was.
guide-hint = The price of one item has changed since you put it in.
guide-notice = Two lemons are in your cart.
guide-badges = Words in passing
guide-products = Products
guide-product-aged-comte = Comté aged 24 months
guide-product-menton-lemons = Menton lemons
guide-product-earl-grey = Earl Grey black tea
guide-product-butter-croissant = Pure butter croissant
guide-ways = Ways around
guide-step-first = Cheese and dairy
guide-step-second = Hard cheeses
guide-tables = Tables
guide-table-caption = Orders of today
guide-table-order = Order
guide-table-state = State
guide-table-total = Total
guide-cart = Cart
guide-checkout = Steps of the checkout
guide-written = Addresses and cards, as they are written
guide-orders = Orders, from the counter to the door
guide-return-reason = The tin was dented.
guide-return-refusal = The tin had been opened.
guide-office = Back office
