//! Where the data folder lies: how much room its disk has, and whether SQLite's locks can be relied on there.

use std::path::Path;

/// When the room on the disk is spoken of, and when nothing more is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// With less than so many bytes left the person is told.
    pub warn_below: u64,
    /// With less than so many nothing more is captured, while there is still room for the log, for deleting and for
    /// other programs.
    pub refuse_below: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            warn_below: 500_000_000,
            refuse_below: 100_000_000,
        }
    }
}

/// The bytes that are left on the disk of `folder`; `None` where the system does not say.
pub(super) fn left(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

/// What makes `folder` a bad place for a data file, in words; `None` where nothing does.
pub(super) fn reservation(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    network(&folder)
        .map(|kind| format!("on a network file system ({kind})"))
        .or_else(|| synced(&folder).map(|name| format!("in a folder that {name} copies elsewhere")))
}

#[cfg(target_os = "linux")]
fn network(folder: &Path) -> Option<String> {
    network_in(&std::fs::read_to_string("/proc/self/mountinfo").ok()?, folder)
}

#[cfg(windows)]
fn network(folder: &Path) -> Option<String> {
    use std::path::{Component, Prefix};
    match folder.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::UNC(..) | Prefix::VerbatimUNC(..) => Some("a Windows share".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
const fn network(_folder: &Path) -> Option<String> {
    None
}

/// The kind of the network file system that `folder` lies on, by the table of mounts.
#[cfg(any(target_os = "linux", test))]
fn network_in(mounts: &str, folder: &Path) -> Option<String> {
    const NETWORK: [&str; 15] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.glusterfs",
        "vboxsf",
        "drvfs",
    ];
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        // 36 35 98:0 /root /mount/point options optional… - kind source options
        let point = line.split(' ').nth(4)?.replace("\\040", " ");
        let kind = line.split(" - ").nth(1)?.split(' ').next()?;
        let depth = Path::new(&point).components().count();
        // Of two on one point the later one is seen.
        if folder.starts_with(&point) && best.is_none_or(|(deepest, _)| depth >= deepest) {
            best = Some((depth, kind));
        }
    }
    best.map(|(_, kind)| kind)
        .filter(|kind| NETWORK.contains(kind))
        .map(str::to_owned)
}

/// The program that keeps `folder` in step with other machines, by the names such folders have.
fn synced(folder: &Path) -> Option<&'static str> {
    const NAMES: [(&str, &str); 6] = [
        ("dropbox", "Dropbox"),
        ("onedrive", "OneDrive"),
        ("google drive", "Google Drive"),
        ("mobile documents", "iCloud Drive"),
        ("nextcloud", "Nextcloud"),
        ("owncloud", "ownCloud"),
    ];
    folder.components().find_map(|component| {
        let name = component.as_os_str().to_string_lossy().to_lowercase();
        NAMES
            .iter()
            .find(|(known, _)| name == *known || name.starts_with(&format!("{known} - ")))
            .map(|(_, program)| *program)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:30 / /home/me/share rw - nfs4 server:/x rw
31 30 8:2 / /home/me/share/local rw master:2 - xfs /dev/sdb1 rw
32 22 0:32 / /mnt/my\\040disk rw - fuse.sshfs me@host:/ rw
";

    #[test]
    fn a_network_file_system_is_known_by_the_deepest_mount() {
        for (folder, wanted) in [
            ("/home/me/data", None),
            ("/home/me/share", Some("nfs4")),
            ("/home/me/share/data", Some("nfs4")),
            ("/home/me/share/local/data", None),
            ("/home/me/shared", None),
            ("/mnt/my disk/data", Some("fuse.sshfs")),
        ] {
            let found = network_in(MOUNTS, Path::new(folder));
            assert_eq!(found.as_deref(), wanted, "{folder}");
        }
    }

    #[test]
    fn a_synced_folder_is_known_by_its_name() {
        assert_eq!(
            synced(Path::new("/home/me/Dropbox/hookbench")),
            Some("Dropbox"),
            "any depth"
        );
        assert_eq!(
            synced(Path::new("/home/me/OneDrive - Firm/x")),
            Some("OneDrive"),
            "with its owner"
        );
        assert_eq!(synced(Path::new("/home/me/dropboxes/x")), None, "a whole name");
    }

    #[test]
    fn the_room_on_a_disk_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            left(folder.path()).is_some_and(|bytes| bytes > 0),
            "this disk has some"
        );
        assert_eq!(
            left(&folder.path().join("none")),
            None,
            "what is not there has none"
        );
    }
}
