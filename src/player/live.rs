//! The player of a script that is being written: served, and told when there is a new run.

use super::page::{BASE_STYLE, NOTHING_ELSE, escape, still_page};

/// What every page says of its maker.
const GENERATOR: &str = "<meta name=\"generator\" content=\"memviz\">";

/// A player's page that may ask where it comes from whether there is a newer run than its own, `run`.
pub fn live_page(page: &str, run: u32) -> String {
    let policy = format!("{NOTHING_ELSE} connect-src 'self';");
    let marked = format!("{GENERATOR}\n<meta name=\"memviz-run\" content=\"{run}\">");
    // Both stand before the first text of the program's.
    page.replacen(NOTHING_ELSE, &policy, 1)
        .replacen(GENERATOR, &marked, 1)
}

/// What stands there before the first run has been drawn; it asks again each second.
pub fn waiting_page(problem: Option<&str>) -> String {
    let mut body =
        String::from("<main class=\"waiting\">\n<h1>There is no run to be shown yet</h1>\n<p>");
    escape(
        &mut body,
        problem.unwrap_or("The script runs, and is drawn then."),
    );
    body.push_str("</p>\n</main>");
    still_page(
        include_str!("waiting.html"),
        &[BASE_STYLE, ".waiting{padding:24px;max-width:70ch}"],
        "no run yet",
        &body,
    )
}

#[cfg(test)]
mod tests {
    use super::super::page::{RUN, page};
    use super::*;

    #[test]
    fn a_live_page_may_ask_its_own_server_and_knows_its_run() {
        let still = page(&RUN, "default-src 'none';", b"x");
        let live = live_page(&still, 7);
        assert!(live.contains("content=\"default-src 'none'; connect-src 'self'; script-src"));
        assert!(live.contains("<meta name=\"memviz-run\" content=\"7\">"));
        assert!(live.contains("<title>default-src 'none'; ·"));
        assert!(!still.contains("connect-src") && !still.contains("<meta name=\"memviz-run\""));
    }

    #[test]
    fn a_problem_stays_text() {
        let page = waiting_page(Some("a.py, line 1: <b>"));
        assert!(page.contains("a.py, line 1: &lt;b&gt;"));
    }
}
