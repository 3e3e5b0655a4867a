fn main(){
    let args: Vec<String> = std::env::args().skip(1).collect();
    let s = memviz::record::Script::File(args[0].clone().into());
    let r = memviz::record::run(&s, &args[1..], Some(&Default::default()), &mut |t|{ eprintln!("{} steps {} objects", t.steps.len(), t.objects.len()); memviz::export::write_json(t, Default::default(), &mut std::fs::File::create("/tmp/t.json").unwrap()).unwrap(); }).unwrap();
    std::process::exit(r.exit_code);
}
