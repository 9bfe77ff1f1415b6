//! Embeds the interface and declares our own commands, so that a capability is needed to call them.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["call", "read_bytes", "subscribe"]);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands)) {
        println!("cargo::error={error:#}");
        std::process::exit(1);
    }
}
