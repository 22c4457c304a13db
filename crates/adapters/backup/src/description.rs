//! `backup.json`: what is in a backup.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sixin_application::operations::ports::{
    BackupContents, ColumnKind, CopiedColumn, CopiedTable, StoreShape,
};

/// Name of the entry.
pub(crate) const ENTRY: &str = "backup.json";
/// Its name where the archive is one person's: that is no backup to be restored.
pub(crate) const ENTRY_OF_PERSON: &str = "person.json";
/// The format this version writes, and the newest it reads.
pub(crate) const FORMAT: u32 = 1;
/// The table whose rows are counted as messages.
pub(crate) const MESSAGES: &str = "conversation_messages";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) format: u32,
    /// The version of sixin that wrote it; for people.
    pub(crate) sixin: String,
    pub(crate) migrations: Vec<String>,
    pub(crate) tables: Vec<DescribedTable>,
    pub(crate) files: u64,
    pub(crate) file_bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DescribedTable {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, DescribedKind)>,
    pub(crate) last_number: Option<i64>,
    pub(crate) rows: u64,
    pub(crate) parts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DescribedKind {
    Number,
    Text,
    Bytes,
}

/// Rows and parts of each table that were written.
pub(crate) type Counts = BTreeMap<String, (u64, u32)>;

impl Description {
    pub(crate) fn of(shape: &StoreShape, counts: &Counts, (files, file_bytes): (u64, u64)) -> Self {
        let table = |table: &CopiedTable| {
            let (rows, parts) = counts.get(&table.name).copied().unwrap_or_default();
            DescribedTable {
                name: table.name.clone(),
                columns: table
                    .columns
                    .iter()
                    .map(|column| (column.name.clone(), column.kind.into()))
                    .collect(),
                last_number: table.last_number,
                rows,
                parts,
            }
        };
        Self {
            format: FORMAT,
            sixin: env!("CARGO_PKG_VERSION").to_owned(),
            migrations: shape.migrations.clone(),
            tables: shape.tables.iter().map(table).collect(),
            files,
            file_bytes,
        }
    }

    pub(crate) fn shape(&self) -> StoreShape {
        let table = |table: &DescribedTable| CopiedTable {
            name: table.name.clone(),
            columns: table
                .columns
                .iter()
                .map(|(name, kind)| CopiedColumn { name: name.clone(), kind: (*kind).into() })
                .collect(),
            last_number: table.last_number,
        };
        StoreShape { migrations: self.migrations.clone(), tables: self.tables.iter().map(table).collect() }
    }

    pub(crate) fn contents(&self) -> BackupContents {
        let messages = self.tables.iter().find(|table| table.name == MESSAGES);
        BackupContents {
            rows: self.tables.iter().map(|table| table.rows).sum(),
            messages: messages.map_or(0, |table| table.rows),
            files: self.files,
            file_bytes: self.file_bytes,
        }
    }
}

impl From<ColumnKind> for DescribedKind {
    fn from(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Number => Self::Number,
            ColumnKind::Text => Self::Text,
            ColumnKind::Bytes => Self::Bytes,
        }
    }
}

impl From<DescribedKind> for ColumnKind {
    fn from(kind: DescribedKind) -> Self {
        match kind {
            DescribedKind::Number => Self::Number,
            DescribedKind::Text => Self::Text,
            DescribedKind::Bytes => Self::Bytes,
        }
    }
}
