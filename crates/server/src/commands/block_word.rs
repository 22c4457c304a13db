//! `sixin block-word`

use serde_json::json;
use sixin_application::operations::block_words::{parse_list, row};
use sixin_application::site::ports::BlockWordAdmin;
use sixin_storage::Database;

use super::{CommandError, Output, now};
use crate::cli::BlockWord;

pub(super) async fn run(database: &Database, out: Output, command: BlockWord) -> Result<(), CommandError> {
    match command {
        BlockWord::Add { word, mode, with, whole_word } => {
            let row = row(&word, &mode, with.as_deref(), whole_word)?;
            database.put(&[row], now()).await?;
            let json = || json!({ "word": word, "mode": mode, "with": with, "whole_word": whole_word });
            out.line(&format!("{word}: {mode}"), json);
        }
        BlockWord::Remove { word } => {
            if !BlockWordAdmin::remove(database, &word).await? {
                return Err(CommandError::NotFound(format!("word {word:?}")));
            }
            out.line(&format!("{word}: removed"), || json!({ "word": word, "removed": true }));
        }
        BlockWord::Import { file } => {
            let path = file.display().to_string();
            let text = std::fs::read_to_string(&file).map_err(|error| CommandError::File(path, error))?;
            let count = database.put(&parse_list(&text)?, now()).await?;
            out.line(&format!("{count} word(s) added or changed"), || json!({ "words": count }));
        }
        BlockWord::List => {
            for row in BlockWordAdmin::list(database).await? {
                let mode = match row.conversation_mode {
                    2 => "replace",
                    3 => "refuse",
                    _ => "ignore",
                };
                let with = row.replace_word.as_deref().unwrap_or_default();
                let extent = if row.is_whole { "whole" } else { "" };
                let text = format!("{}\t{mode}\t{with}\t{extent}", row.word);
                out.line(text.trim_end(), || {
                    json!({
                        "word": row.word, "mode": mode, "with": row.replace_word, "whole_word": row.is_whole,
                    })
                });
            }
        }
    }
    Ok(())
}
