//! What Poppler reads: PDF.

use super::*;

#[test]
fn poppler_reads_the_pdf() {
    let Some(pdftoppm) = tools::find("pdftoppm") else {
        return;
    };
    let folder = Folder::new();
    let options = ["--format", "png,pdf", "--scale", "1"];
    let out = run(&folder, LESSON, &options);
    let pdf = out.join("steps.pdf");
    let pages = folder.path().join("page");
    tools::run(
        &pdftoppm,
        &[
            "-r".as_ref(),
            "96".as_ref(),
            pdf.as_os_str(),
            pages.as_os_str(),
        ],
    );
    let pngs = numbered(&out, "png");
    for (step, file) in pngs.iter().enumerate() {
        let page = ppm(&read(
            &folder.path().join(format!("page-{:02}.ppm", step + 1)),
        ));
        let picture = png(&read(file));
        assert_eq!((page.width, page.height), (picture.width, picture.height));
        let far = page.far_from(&picture, 96);
        assert!(far < 0.02, "page {}: {far} of the pixels differ", step + 1);
    }
    let past_the_end = folder.path().join(format!("page-{}.ppm", pngs.len() + 1));
    assert!(!past_the_end.exists());
    if let Some(pdftotext) = tools::find("pdftotext") {
        let words = tools::run(
            &pdftotext,
            &["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()],
        );
        for step in 1..=pngs.len() {
            assert!(words.contains(&format!("step {step} of {}", pngs.len())));
        }
        assert!(words.contains("self.value = value"));
    }
    if let Some(pdffonts) = tools::find("pdffonts") {
        let fonts = tools::run(&pdffonts, &[pdf.as_os_str()]);
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert_eq!(fonts.len(), 2, "{fonts:?}");
        for font in fonts {
            // Embedded, a subset, with its characters.
            assert!(font.contains("yes yes yes"), "{font}");
        }
    }
}
