-- Whether the home page shows it.
alter table products add column featured boolean not null default false;

-- A shop that was filled before this column has a home page too: these are the ones that the seed features.
update products set featured = true
where slug in ('butter-croissant',
               'aged-comte',
               'bayonne-ham',
               'gariguette-strawberries',
               'menton-lemons',
               'brut-champagne',
               'lavender-honey',
               'earl-grey',
               'enamelled-casserole',
               'dried-lavender');
