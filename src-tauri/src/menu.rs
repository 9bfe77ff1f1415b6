//! The menu bar. The page tells what it holds, from its one table of actions; a choice goes back to the page as the id
//! of an action. Keys are the page's own: a menu that took them would take them from the text one types.

use std::collections::HashMap;

use hookbench_api::types::{MenuLine, MenuView};
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Wry};

use crate::events;

/// Bounds of what a page may tell: the view is untrusted ground.
const MOST_MENUS: usize = 10;
const MOST_LINES: usize = 300;
const LONGEST_TEXT: usize = 80;

/// Why menus are not shown.
#[derive(Debug)]
pub(crate) enum NoMenu {
    /// They are not of a form that could be.
    Form,
    /// The system refused.
    System(tauri::Error),
}

impl std::fmt::Display for NoMenu {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Form => formatter.write_str("the menus are too many, too long or not text"),
            Self::System(error) => error.fmt(formatter),
        }
    }
}

impl From<tauri::Error> for NoMenu {
    fn from(error: tauri::Error) -> Self {
        Self::System(error)
    }
}

/// The menu bar and what was told of it.
#[derive(Default)]
pub(crate) struct MenuBar {
    wanted: bool,
    told: Vec<MenuView>,
    /// The lines on the screen, by the id of their action; nothing while there is no bar.
    lines: Option<HashMap<String, MenuItem<Wry>>>,
}

impl MenuBar {
    /// Shows the bar, or takes it away. On a Mac there is always one.
    pub(crate) fn show(&mut self, app: &AppHandle, wanted: bool) -> Result<(), NoMenu> {
        let wanted = wanted || cfg!(target_os = "macos");
        if wanted == self.wanted {
            return Ok(());
        }
        self.wanted = wanted;
        if wanted {
            return self.build(app);
        }
        if self.lines.take().is_some() {
            app.remove_menu()?;
        }
        Ok(())
    }

    /// Takes what the page tells.
    pub(crate) fn tell(&mut self, app: &AppHandle, menus: Vec<MenuView>) -> Result<(), NoMenu> {
        if !is_of_form(&menus) {
            return Err(NoMenu::Form);
        }
        let same = shape(&menus) == shape(&self.told);
        let before = std::mem::replace(&mut self.told, menus);
        match &self.lines {
            Some(lines) if same => {
                let old = all(&before).zip(all(&self.told));
                for (_, line) in old.filter(|(old, new)| old.enabled != new.enabled) {
                    if let Some(shown) = lines.get(&line.id) {
                        shown.set_enabled(line.enabled)?;
                    }
                }
                Ok(())
            }
            _ if self.wanted => self.build(app),
            _ => Ok(()),
        }
    }

    fn build(&mut self, app: &AppHandle) -> Result<(), NoMenu> {
        if self.told.is_empty() {
            return Ok(());
        }
        let mut lines = HashMap::new();
        let bar = Menu::new(app)?;
        for (place, menu) in self.told.iter().enumerate() {
            let shown = Submenu::new(app, plain(&menu.title), true)?;
            for (number, group) in menu.groups.iter().enumerate() {
                if number > 0 {
                    shown.append(&PredefinedMenuItem::separator(app)?)?;
                }
                for line in group {
                    let id = format!("{}{}", events::ACTION, line.id);
                    let item = MenuItem::with_id(app, id, plain(&line.title), line.enabled, None::<&str>)?;
                    shown.append(&item)?;
                    lines.insert(line.id.clone(), item);
                }
            }
            if place == 0 {
                shown.append(&PredefinedMenuItem::separator(app)?)?;
                shown.append(&MenuItem::with_id(
                    app,
                    events::QUIT,
                    "Quit Hookbench",
                    true,
                    None::<&str>,
                )?)?;
            }
            if cfg!(target_os = "macos") && menu.title == "Edit" {
                shown.append(&PredefinedMenuItem::cut(app, None)?)?;
                shown.append(&PredefinedMenuItem::copy(app, None)?)?;
                shown.append(&PredefinedMenuItem::paste(app, None)?)?;
            }
            bar.append(&shown)?;
        }
        app.set_menu(bar)?;
        self.lines = Some(lines);
        Ok(())
    }
}

fn all(menus: &[MenuView]) -> impl Iterator<Item = &MenuLine> {
    menus.iter().flat_map(|menu| menu.groups.iter().flatten())
}

/// The menus without what changes from moment to moment.
fn shape(menus: &[MenuView]) -> Vec<MenuView> {
    let mut shape = menus.to_vec();
    for line in shape.iter_mut().flat_map(|menu| menu.groups.iter_mut().flatten()) {
        line.enabled = false;
    }
    shape
}

fn is_of_form(menus: &[MenuView]) -> bool {
    let is_text = |text: &str| {
        !text.is_empty() && text.chars().count() <= LONGEST_TEXT && !text.contains(char::is_control)
    };
    menus.len() <= MOST_MENUS
        && all(menus).count() <= MOST_LINES
        && menus.iter().all(|menu| is_text(&menu.title))
        && all(menus).all(|line| is_text(&line.id) && is_text(&line.title))
}

/// A `&` marks the key of a line; ours mark none.
fn plain(title: &str) -> String {
    title.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu(title: &str, lines: usize) -> MenuView {
        let line = |number: usize| MenuLine {
            id: format!("list.{number}"),
            title: format!("Line {number}"),
            enabled: number.is_multiple_of(2),
        };
        MenuView {
            title: title.to_owned(),
            groups: vec![(0..lines).map(line).collect()],
        }
    }

    #[test]
    fn what_a_page_tells_is_bounded() {
        assert!(is_of_form(&[menu("File", 20), menu("Edit", 0)]));
        for wrong in [
            vec![menu("File", MOST_LINES + 1)],
            vec![menu("File", 1); MOST_MENUS + 1],
            vec![menu("", 1)],
            vec![menu("two\nlines", 1)],
            vec![menu(&"x".repeat(LONGEST_TEXT + 1), 1)],
        ] {
            assert!(!is_of_form(&wrong), "{wrong:?}");
        }
    }

    #[test]
    fn what_can_be_done_now_does_not_change_the_shape() {
        let before = vec![menu("File", 3)];
        let mut after = before.clone();
        after[0].groups[0][0].enabled = false;
        assert_eq!(shape(&before), shape(&after), "the menu need not be built anew");
        after[0].groups[0][0].title.push('…');
        assert_ne!(shape(&before), shape(&after));
    }

    #[test]
    fn a_title_marks_no_key() {
        assert_eq!(plain("Cut & paste"), "Cut && paste");
    }
}
