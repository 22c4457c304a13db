use super::*;
use std::future::poll_fn;

struct Place {
    files: KeptFiles,
    folder: tempfile::TempDir,
}

fn place(at_once: usize) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let staging = folder.path().join("arriving");
    Place { files: KeptFiles::in_folder(&folder.path().join("kept"), &staging, at_once).unwrap(), folder }
}

impl Place {
    fn arriving(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("arriving")).unwrap().count()
    }

    async fn stage(&self, pieces: &[&[u8]]) -> StagedFile {
        let mut arriving = self.files.stage().await.unwrap();
        for piece in pieces {
            arriving.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        arriving.finish().await.unwrap()
    }

    async fn read(&self, path: &str, part: Option<Range<u64>>) -> Vec<u8> {
        let mut open = self.files.open(path, part).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = poll_fn(|context| open.bytes.as_mut().poll_next(context)).await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(open.length, bytes.len() as u64);
        bytes
    }
}

#[tokio::test]
async fn what_arrives_is_hashed_counted_and_kept() {
    let place = place(4);
    let staged = place.stage(&[b"ab", b"", b"c"]).await;
    assert_eq!((staged.size, staged.md5.as_str()), (3, "900150983cd24fb0d6963f7d28e17f72"));
    assert!(staged.sha256.starts_with("ba7816bf") && staged.sha256.len() == 64);
    place.files.keep(&staged, "images/a/b.png").await.unwrap();
    drop(staged);
    assert_eq!(place.arriving(), 0);
    assert_eq!(place.read("images/a/b.png", None).await, b"abc");
    assert_eq!(place.read("images/a/b.png", Some(1..3)).await, b"bc");
}

#[tokio::test]
async fn a_file_of_several_parts_is_whole() {
    let place = place(4);
    let piece: Vec<u8> = (0..1_000_003_u32).map(|number| (number % 251) as u8).collect();
    let pieces = vec![piece.as_slice(); 12];
    let staged = place.stage(&pieces).await;
    assert!(staged.size > 2 * PART as u64);
    place.files.keep(&staged, "videos/a.mp4").await.unwrap();
    assert!(place.read("videos/a.mp4", None).await == pieces.concat());
}

#[tokio::test]
async fn what_does_not_arrive_leaves_nothing_behind() {
    let place = place(4);
    let mut arriving = place.files.stage().await.unwrap();
    arriving.write(Bytes::from(vec![1; 2 * 256 * 1024])).await.unwrap();
    assert_eq!(place.arriving(), 1);
    drop(arriving);
    assert_eq!(place.arriving(), 0);
}

#[tokio::test]
async fn only_so_many_files_arrive_at_a_time() {
    let place = place(1);
    let first = place.stage(&[b"a"]).await;
    assert!(matches!(place.files.stage().await.err(), Some(FileBytesError::Busy)));
    drop(first);
    assert!(place.files.stage().await.is_ok());
}

#[tokio::test]
async fn what_is_removed_is_gone_and_may_be_removed_again() {
    let place = place(1);
    place.files.put("a/b.png", vec![1, 2]).await.unwrap();
    for _ in 0..2 {
        place.files.remove("a/b.png").await.unwrap();
    }
    assert!(matches!(place.files.open("a/b.png", None).await.err(), Some(FileBytesError::NotFound)));
}

#[tokio::test]
async fn no_path_leads_out_of_the_place() {
    let place = place(1);
    for path in ["../outside.png", "a/../../outside.png", "/../outside.png", "a/./b", "a//b"] {
        let put = place.files.put(path, vec![1]).await;
        assert!(put.is_err(), "{path}");
    }
    assert!(!place.folder.path().join("outside.png").exists());
}
