//! The tree of categories.

use language::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::CatalogError;

/// A category as it is stored; parents come before their children.
#[derive(Clone, Debug)]
pub(crate) struct Category {
    pub(crate) slug: String,
    pub(crate) parent: Option<String>,
    pub(crate) name: String,
    pub(crate) name_fr: String,
}

/// A category and what is under it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Node {
    /// Names it in URLs.
    slug: String,
    /// In the language of the answer.
    name: String,
    /// The categories under it.
    #[schema(no_recursion)]
    children: Vec<Node>,
}

/// A step on the way to a category.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    /// Names it in URLs.
    slug: String,
    /// In the language of the answer.
    name: String,
}

/// All categories.
#[derive(Clone, Debug)]
pub(crate) struct Tree(pub(crate) Vec<Category>);

impl Tree {
    /// The tree in one language.
    pub(crate) fn nodes(&self, language: Language) -> Vec<Node> {
        self.under(None, language)
    }

    fn under(&self, parent: Option<&str>, language: Language) -> Vec<Node> {
        self.0
            .iter()
            .filter(|it| it.parent.as_deref() == parent)
            .map(|it| Node {
                slug: it.slug.clone(),
                name: it.name(language).to_owned(),
                children: self.under(Some(&it.slug), language),
            })
            .collect()
    }

    /// The category and all those under it.
    pub(crate) fn with_descendants(&self, slug: &str) -> Result<Vec<String>, CatalogError> {
        if self.find(slug).is_none() {
            return Err(CatalogError::UnknownCategory(slug.to_owned()));
        }
        let mut family = vec![slug.to_owned()];
        let mut next = 0;
        while let Some(parent) = family.get(next).cloned() {
            family.extend(
                self.0
                    .iter()
                    .filter(|it| it.parent.as_deref() == Some(&parent))
                    .map(|it| it.slug.clone()),
            );
            next += 1;
        }
        Ok(family)
    }

    /// The category and those above it, nearest first.
    pub(crate) fn upwards<'a>(&'a self, slug: &'a str) -> impl Iterator<Item = &'a Category> {
        std::iter::successors(self.find(slug), |it| {
            it.parent.as_deref().and_then(|parent| self.find(parent))
        })
    }

    /// The way from the root to a category.
    pub(crate) fn path(&self, slug: &str, language: Language) -> Vec<Step> {
        let mut path: Vec<Step> = self
            .upwards(slug)
            .map(|it| Step {
                slug: it.slug.clone(),
                name: it.name(language).to_owned(),
            })
            .collect();
        path.reverse();
        path
    }

    fn find(&self, slug: &str) -> Option<&Category> {
        self.0.iter().find(|it| it.slug == slug)
    }
}

impl Category {
    pub(crate) fn name(&self, language: Language) -> &str {
        language.pick(&self.name, &self.name_fr)
    }
}
