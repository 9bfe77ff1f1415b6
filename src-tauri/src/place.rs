//! Where the window stands: as it was left, unless the screen it was on is gone. Deciding is pure; the rest asks the
//! windowing library, in pixels of the screen.

use hookbench_engine::WindowPlace;
use tauri::{PhysicalPosition, PhysicalSize, WebviewWindow};

/// The size at the first start, and the smallest.
pub(crate) const SIZE: (f64, f64) = (1280.0, 800.0);
pub(crate) const LEAST: (f64, f64) = (640.0, 400.0);

/// So much of the upper edge must be on a screen, to take hold of.
const GRIP: (i64, i64) = (120, 24);

/// A part of the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
}

impl Area {
    fn overlap(self, other: Self) -> (i64, i64) {
        let along = |start: i64, length: i64, other_start: i64, other_length: i64| {
            (start + length).min(other_start + other_length) - start.max(other_start)
        };
        (
            along(self.x, self.width, other.x, other.width),
            along(self.y, self.height, other.y, other.height),
        )
    }
}

/// How a window that was at `place` is to stand on these screens: its size, and its corner where it can be kept.
fn arrange(place: WindowPlace, screens: &[Area]) -> ((u32, u32), Option<(i32, i32)>) {
    let grip = Area {
        x: i64::from(place.x),
        y: i64::from(place.y),
        width: i64::from(place.width),
        height: GRIP.1,
    };
    let held = |screen: &&Area| {
        let (width, height) = grip.overlap(**screen);
        width >= GRIP.0.min(grip.width) && height >= GRIP.1 / 2
    };
    let on = screens.iter().find(held);
    let Some(screen) = on.or(screens.first()) else {
        return ((place.width, place.height), None);
    };
    let within = |wanted: u32, most: i64| wanted.min(u32::try_from(most).unwrap_or(wanted)).max(1);
    let size = (
        within(place.width, screen.width),
        within(place.height, screen.height),
    );
    (size, on.map(|_| (place.x, place.y)))
}

/// Puts a window where it was.
pub(crate) fn restore(window: &WebviewWindow, place: WindowPlace) -> tauri::Result<()> {
    let screens: Vec<Area> = window
        .available_monitors()?
        .iter()
        .map(|monitor| Area {
            x: monitor.position().x.into(),
            y: monitor.position().y.into(),
            width: monitor.size().width.into(),
            height: monitor.size().height.into(),
        })
        .collect();
    let ((width, height), corner) = arrange(place, &screens);
    window.set_size(PhysicalSize::new(width, height))?;
    match corner {
        Some((x, y)) => window.set_position(PhysicalPosition::new(x, y))?,
        None => window.center()?,
    }
    if place.maximized {
        window.maximize()?;
    }
    Ok(())
}

/// Where a window is now; while it fills the screen, what it goes back to is what was known `before`. Nothing while it
/// cannot be seen.
pub(crate) fn of(window: &WebviewWindow, before: Option<WindowPlace>) -> Option<WindowPlace> {
    if !window.is_visible().ok()? || window.is_minimized().unwrap_or(false) {
        return None;
    }
    if window.is_maximized().ok()? || window.is_fullscreen().ok()? {
        return before.map(|before| WindowPlace {
            maximized: true,
            ..before
        });
    }
    let (corner, size) = (window.outer_position().ok()?, window.inner_size().ok()?);
    Some(WindowPlace {
        x: corner.x,
        y: corner.y,
        width: size.width,
        height: size.height,
        maximized: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Area = Area {
        x: 0,
        y: 0,
        width: 1920,
        height: 1080,
    };
    const SECOND: Area = Area { x: 1920, ..SCREEN };

    const fn at(x: i32, y: i32, width: u32, height: u32) -> WindowPlace {
        WindowPlace {
            x,
            y,
            width,
            height,
            maximized: false,
        }
    }

    #[test]
    fn a_window_stands_where_it_was_left() {
        let screens = [SCREEN, SECOND];
        for place in [
            at(100, 50, 1280, 800),
            at(2500, 300, 900, 600),
            at(-700, 900, 1280, 800),
        ] {
            assert_eq!(
                arrange(place, &screens),
                ((place.width, place.height), Some((place.x, place.y))),
                "enough of it can be taken hold of"
            );
        }
    }

    #[test]
    fn a_window_whose_screen_is_gone_comes_back_to_one_that_is_there() {
        for place in [
            at(2500, 300, 900, 600),
            at(0, -40, 900, 600),
            at(-850, 10, 900, 600),
            at(0, 1075, 900, 600),
        ] {
            assert_eq!(
                arrange(place, &[SCREEN]),
                ((900, 600), None),
                "{place:?} could not be taken hold of"
            );
        }
    }

    #[test]
    fn a_window_is_no_larger_than_its_screen() {
        let ((width, height), _) = arrange(at(0, 0, 5000, 5000), &[SCREEN]);
        assert_eq!((width, height), (1920, 1080));
        let (size, corner) = arrange(at(10, 10, 800, 600), &[]);
        assert_eq!(
            (size, corner),
            ((800, 600), None),
            "where no screen is known the system places it"
        );
    }
}
