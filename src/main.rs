fn main(){
    let args: Vec<String> = std::env::args().skip(1).collect();
    let s = memviz::record::Script::File(args[0].clone().into());
    let r = memviz::record::run(&s, &args[1..], Some(&Default::default()), &mut |t|{ eprintln!("{} steps {} objects", t.steps.len(), t.objects.len()); memviz::export::write_json(t, Default::default(), &mut std::fs::File::create("/tmp/t.json").unwrap()).unwrap();
    let o = Default::default();
    let plan = memviz::layout::plan(memviz::view::Scenes::new(t, &o));
    std::fs::create_dir_all("/tmp/frames").unwrap();
    for s in memviz::view::Scenes::new(t, &o) { std::fs::write(format!("/tmp/frames/{:04}.svg", s.number), memviz::render::svg(&plan.picture(&s), &Default::default())).unwrap(); }
 }).unwrap();
    std::process::exit(r.exit_code);
}
