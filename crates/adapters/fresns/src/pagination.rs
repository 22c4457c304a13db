//! Pages of lists (docs/wire/fresns.md#pages).

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sixin_domain::id::MAX_SAFE_INTEGER;
use sixin_web::documented;
use utoipa::ToSchema;

/// How long a page is if the client does not say.
pub(crate) const PAGE_SIZE: i64 = 15;

/// Parameter `page`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageNumber(i64);

documented!(
    PageNumber,
    json!({
        "description": "Which page, from 1.", "type": "integer", "minimum": 1, "maximum": MAX_SAFE_INTEGER,
    })
);

impl<'de> Deserialize<'de> for PageNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        if number < 1 { Err(D::Error::custom("must be 1 or more")) } else { Ok(Self(number)) }
    }
}

/// Parameter `pageSize`: `USUAL` entries if the client does not say, and at most `MOST`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageSize<const USUAL: i64, const MOST: i64>(i64);

documented!(PageSize<USUAL, MOST> [const USUAL: i64, const MOST: i64], json!({
    "description": format!("How many entries; {USUAL} if not given."), "type": "integer", "minimum": 1, "maximum": MOST,
}));

impl<'de, const USUAL: i64, const MOST: i64> Deserialize<'de> for PageSize<USUAL, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let size = i64::deserialize(deserializer)?;
        if (1..=MOST).contains(&size) { Ok(Self(size)) } else { Err(D::Error::custom("is out of bounds")) }
    }
}

/// A page of a list that takes nothing else.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsPageQuery)]
pub(crate) struct PageQuery {
    pub(crate) page: Option<PageNumber>,
    pub(crate) page_size: Option<LongPage>,
}

/// A page that may be long.
pub(crate) type LongPage = PageSize<PAGE_SIZE, 100>;

/// A page that is asked for, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    number: i64,
    pub(crate) size: i64,
}

impl Page {
    /// Parameters `page` and `pageSize`.
    pub(crate) fn of<const USUAL: i64, const MOST: i64>(
        number: Option<PageNumber>,
        size: Option<PageSize<USUAL, MOST>>,
    ) -> Self {
        Self { number: number.map_or(1, |number| number.0), size: size.map_or(USUAL, |size| size.0) }
    }

    /// The only page, with that many entries on it.
    pub(crate) fn whole(count: usize) -> Self {
        Self { number: 1, size: i64::try_from(count).unwrap_or(i64::MAX).max(1) }
    }

    /// How many entries stand before it.
    pub(crate) fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.size)
    }

    /// What stands on it, of all there is.
    pub(crate) fn cut<T>(self, all: Vec<T>) -> (Pagination, Vec<T>) {
        let number = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let here = all.into_iter().skip(number(self.offset())).take(number(self.size));
        (self.pagination(total), here.collect())
    }

    /// What the answer says of it.
    pub(crate) fn pagination(self, total: i64) -> Pagination {
        let last = total.max(0).saturating_add(self.size - 1) / self.size;
        Pagination { total, page_size: self.size, current_page: self.number, last_page: last.max(1) }
    }
}

/// Where a page stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsPagination)]
pub(crate) struct Pagination {
    /// Entries on all pages.
    #[schema(minimum = 0)]
    total: i64,
    #[schema(minimum = 1)]
    page_size: i64,
    #[schema(minimum = 1)]
    current_page: i64,
    #[schema(minimum = 1)]
    last_page: i64,
}

/// A page of a list. Servers of that day wrote `paginate`, their documentation and all later clients `pagination`
/// (docs/wire/fresns.md#pages): both are here.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed<T> {
    pagination: Pagination,
    #[serde(skip_serializing_if = "Option::is_none")]
    paginate: Option<Pagination>,
    list: T,
    /// Where the next part begins, for lists that say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<Option<String>>,
}

impl<T> Listed<T> {
    /// A page of that list.
    pub(crate) fn new(pagination: Pagination, list: T) -> Self {
        Self { paginate: Some(pagination), ..Self::in_one_name(pagination, list) }
    }

    /// The same for clients of 3.x, which know one name.
    pub(crate) fn in_one_name(pagination: Pagination, list: T) -> Self {
        Self { pagination, paginate: None, list, next_cursor: None }
    }

    /// The same, with the cursor of the next part; `None` at the end.
    pub(crate) fn with_cursor(self, next: Option<String>) -> Self {
        Self { next_cursor: Some(next), ..self }
    }
}

#[cfg(test)]
mod tests {
    use sixin_web::request::parameters::read;

    use super::*;
    use crate::codes::{Failure, MALFORMED};
    use crate::parameters::Parameters;

    fn page(query: &str) -> Result<Page, Failure> {
        let PageQuery { page, page_size } = read(&Parameters::of_query(query))?;
        Ok(Page::of(page, page_size))
    }

    #[test]
    fn pages_count_from_one_and_have_fifteen_entries_unless_the_client_says_otherwise() {
        assert_eq!(page("").unwrap(), Page { number: 1, size: 15 });
        assert_eq!(page("page=3&pageSize=30").unwrap().offset(), 60);
        assert_eq!(page("page=9007199254740991&pageSize=30").unwrap().offset(), 270_215_977_642_229_700);
    }

    #[test]
    fn page_and_size_out_of_bounds_are_refused() {
        for (query, name) in [
            ("page=0", "page"),
            ("page=-1", "page"),
            ("page=x", "page"),
            ("pageSize=0", "pageSize"),
            ("pageSize=101", "pageSize"),
            ("pageSize=10000", "pageSize"),
        ] {
            assert_eq!(page(query).unwrap_err(), Failure::of(MALFORMED, name), "{query}");
        }
    }

    #[test]
    fn a_page_is_cut_out_of_all_there_is_and_is_empty_behind_it() {
        let cut = |query| page(query).unwrap().cut(vec![1, 2, 3]);
        assert_eq!(cut("page=2&pageSize=2").1, [3]);
        assert_eq!(cut("page=2&pageSize=2").0.total, 3);
        assert_eq!(cut("page=9007199254740991&pageSize=30").1, [] as [i32; 0]);
    }

    #[test]
    fn there_is_always_a_last_page() {
        let last = |total| page("pageSize=10").unwrap().pagination(total).last_page;
        assert_eq!([last(0), last(1), last(10), last(11)], [1, 1, 1, 2]);
    }
}
