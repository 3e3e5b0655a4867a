//! A box as an HTML label: a table with the title above its rows.

use super::words::in_a_label;
use crate::layout::{BoxShape, PictureBox, PictureCell, PictureRow};
use crate::render::theme::Theme;
use crate::trace::Cause;
use crate::view::{BoxRole, Mark, Status};

pub(super) fn label(picture_box: &PictureBox, theme: Theme) -> String {
    let mut out = table(picture_box, theme);
    let rows = &picture_box.rows;
    match picture_box.shape {
        BoxShape::Rows => {
            let labelled = rows.iter().any(has_label);
            let columns = if labelled { 2 } else { 1 };
            out.push_str(&format!("<TR>{}</TR>", title(picture_box, theme, columns)));
            for (i, row) in rows.iter().enumerate() {
                let label = has_label(row).then(|| label_cell(picture_box, i, theme));
                let span = if label.is_none() { columns } else { 1 };
                let value = value_cell(picture_box, i, theme, span);
                out.push_str(&format!("<TR>{}{value}</TR>", label.unwrap_or_default()));
            }
        }
        BoxShape::Strip => {
            let columns = rows.len().max(1);
            out.push_str(&format!("<TR>{}</TR>", title(picture_box, theme, columns)));
            let all =
                |cell: &dyn Fn(usize) -> String| -> String { (0..rows.len()).map(cell).collect() };
            if rows.iter().any(has_label) {
                let labels = all(&|i| label_cell(picture_box, i, theme));
                out.push_str(&format!("<TR>{labels}</TR>"));
            }
            if !rows.is_empty() {
                let values = all(&|i| value_cell(picture_box, i, theme, 1));
                out.push_str(&format!("<TR>{values}</TR>"));
            }
        }
        BoxShape::Line => {
            let values: String = (0..rows.len())
                .map(|i| value_cell(picture_box, i, theme, 1))
                .collect();
            out.push_str(&format!(
                "<TR>{}{values}</TR>",
                title(picture_box, theme, 1)
            ));
        }
    }
    out.push_str("</TABLE>");
    out
}

fn has_label(row: &PictureRow) -> bool {
    row.label_area.width > 0.0 && row.label_area.height > 0.0
}

/// The table's beginning, which says how the whole box looks.
fn table(picture_box: &PictureBox, theme: Theme) -> String {
    let palette = theme.palette();
    let (mut edge, fill) = match picture_box.status.is_faded() {
        true => (palette.garbage, palette.garbage_fill),
        false => (palette.quiet, palette.row),
    };
    let outlined = picture_box.emphasis.outlined;
    if outlined {
        edge = palette.highlight;
    }
    let style = match picture_box.status {
        Status::Alive | Status::ReachedFromOutside => "",
        Status::Unreachable
        | Status::NotFreed
        | Status::TentativelyUnreachable
        | Status::Dead(Cause::OutOfReach) => " STYLE=\"DASHED\"",
        Status::Dead(_) => " STYLE=\"DOTTED\"",
    };
    let strong = picture_box.tone == BoxRole::ActiveFrame || picture_box.mark == Mark::New;
    let border = match (outlined, strong) {
        (true, _) => 3,
        (false, true) => 2,
        (false, false) => 1,
    };
    format!(
        "<TABLE BORDER=\"{border}\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\" \
         ROWS=\"*\" COLUMNS=\"*\" COLOR=\"{edge}\" BGCOLOR=\"{fill}\"{style}>"
    )
}

/// Type, serial and count; above them what the author calls the object, below them what has happened
/// to it.
fn title(picture_box: &PictureBox, theme: Theme, columns: usize) -> String {
    let palette = theme.palette();
    let label = &picture_box.emphasis.label;
    let mut words = match label.is_empty() {
        true => String::new(),
        false => format!("<B><I>{}</I></B><BR ALIGN=\"LEFT\"/>", in_a_label(label)),
    };
    words.push_str(&format!("<B>{}</B>", in_a_label(&picture_box.title)));
    if let Some(serial) = picture_box.serial {
        words.push_str(&format!(" #{serial}"));
    }
    if !picture_box.count.is_empty() {
        let count = in_a_label(&picture_box.count);
        words.push_str(&match picture_box.count_changed {
            true => format!(
                "  <FONT COLOR=\"{}\"><B>{count}</B></FONT>",
                palette.changed
            ),
            false => format!("  {count}"),
        });
    }
    let (note, faded) = (picture_box.note(), picture_box.status.is_faded());
    if !note.is_empty() {
        let colour = if faded {
            palette.garbage
        } else {
            palette.changed
        };
        words.push_str(&format!(
            "<BR ALIGN=\"LEFT\"/><FONT COLOR=\"{colour}\"><B>{note}</B></FONT><BR ALIGN=\"LEFT\"/>"
        ));
    }
    let meant = picture_box.emphasis.color.map(|color| theme.named(color));
    let fill = match meant {
        Some(colour) => colour,
        None if faded => palette.garbage_fill,
        None => theme.title(picture_box.tone),
    };
    let columns = span(columns);
    format!("<TD PORT=\"title\"{columns} ALIGN=\"LEFT\" BGCOLOR=\"{fill}\">{words}</TD>")
}

fn span(columns: usize) -> String {
    match columns {
        1 => String::new(),
        columns => format!(" COLSPAN=\"{columns}\""),
    }
}

/// How a row's cells look.
fn looks(picture_box: &PictureBox, index: usize, theme: Theme) -> String {
    let palette = theme.palette();
    let mut looks = match picture_box.rows[index].mark {
        Mark::None => String::new(),
        Mark::New | Mark::Changed => format!(" BGCOLOR=\"{}\"", palette.changed_row),
    };
    if picture_box.emphasis.rows.contains(&index) {
        looks.push_str(&format!(" BORDER=\"2\" COLOR=\"{}\"", palette.highlight));
    }
    looks
}

/// A triangle where something is new or changed, as the pictures have it.
fn sign(row: &PictureRow, theme: Theme) -> String {
    match row.mark {
        Mark::None => String::new(),
        Mark::New | Mark::Changed => {
            format!("<FONT COLOR=\"{}\">▸</FONT> ", theme.palette().changed)
        }
    }
}

fn label_cell(picture_box: &PictureBox, index: usize, theme: Theme) -> String {
    let row = &picture_box.rows[index];
    let fill = looks(picture_box, index, theme);
    let sign = sign(row, theme);
    match &row.label {
        PictureCell::Text(text) => {
            let (quiet, text) = (theme.palette().quiet, in_a_label(text));
            format!("<TD ALIGN=\"LEFT\"{fill}>{sign}<FONT COLOR=\"{quiet}\">{text}</FONT></TD>")
        }
        PictureCell::Dot(_) => format!("<TD PORT=\"k{index}\"{fill}>{sign}•</TD>"),
        PictureCell::Empty => format!("<TD{fill}>{sign}</TD>"),
    }
}

fn value_cell(picture_box: &PictureBox, index: usize, theme: Theme, columns: usize) -> String {
    let row = &picture_box.rows[index];
    let fill = looks(picture_box, index, theme);
    let sign = match has_label(row) {
        true => String::new(),
        false => sign(row, theme),
    };
    let columns = span(columns);
    match &row.value {
        PictureCell::Text(text) => {
            let text = in_a_label(text);
            let text = match row.aside {
                true => format!("<FONT COLOR=\"{}\">{text}</FONT>", theme.palette().quiet),
                false => text,
            };
            format!("<TD ALIGN=\"LEFT\"{columns}{fill}>{sign}{text}</TD>")
        }
        PictureCell::Dot(_) => {
            format!("<TD PORT=\"r{index}\"{columns} ALIGN=\"RIGHT\"{fill}>{sign}•</TD>")
        }
        PictureCell::Empty => format!("<TD{columns}{fill}>{sign}</TD>"),
    }
}
