//! What a desktop does for the window. The shell that has one implements it; a browser has none.

use crate::error::ApiError;
use crate::types::{DesktopView, MenuView};

/// The desktop that the window stands on. Nothing here reaches beyond the program's own window, icon and entries.
pub trait Desktop: Send + Sync + std::fmt::Debug {
    /// What it can do, and what was arranged with it.
    fn state(&self) -> DesktopView;

    /// Lets Hookbench open with the session of the person, or not.
    ///
    /// # Errors
    /// When the system does not allow it.
    fn open_at_login(&self, on: bool) -> Result<(), ApiError>;

    /// Lets links open in this program, or not.
    ///
    /// # Errors
    /// When the system does not allow it.
    fn open_links(&self, on: bool) -> Result<(), ApiError>;

    /// Shows these menus in the menu bar, where there is one.
    ///
    /// # Errors
    /// When they are not of a form that could be shown.
    fn set_menu(&self, menus: Vec<MenuView>) -> Result<(), ApiError>;

    /// The window is asking the person whether to quit.
    fn asks(&self);

    /// Ends the program.
    fn quit(&self);
}
