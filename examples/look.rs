use git_dream::session::*;
use git_dream::settings::Reading;
fn main() {
    let mut args = std::env::args().skip(1);
    let mode = args.next().unwrap();
    let paths: Vec<std::path::PathBuf> = args.map(Into::into).collect();
    let (paths, sk) = discover::expand(&paths);
    for s in &sk { println!("SKIP {} {}", s.path, s.reason); }
    let settings = Reading::default();
    let mut n = [0usize; 10];
    let mut ok=0;
    for p in &paths {
        let r = read_file(p, &settings, &mut |s| {
            n[0] += 1; n[1] += s.events.len();
            if s.outcome.is_some() { ok+=1; }
            if mode != "count" { println!("== {} {} src={:?} parent={:?} agent={} model={:?} proj={:?} who={:?} task={:?} out={:?} events={}", p.display(), s.id, s.source, s.parent, s.agent, s.model, s.project, s.contributor, s.task, s.outcome, s.events.len()); }
            for e in &s.events { match &e.body {
                Body::Person(t) => { n[2]+=1; if mode=="person" || mode=="all" { println!("  {} P {:?}", e.number, &t.cut(300)); } }
                Body::Agent(t) => { n[3]+=1; if mode=="all" || mode=="agent" { println!("  {} A {:?}", e.number, t.cut(160)); } }
                Body::Context(t) => { n[4]+=1; if mode=="all" || mode=="context" { println!("  {} C {:?}", e.number, t.cut(160)); } }
                Body::Interrupted => { n[5]+=1; if mode=="all" || mode=="person" { println!("  {} INT", e.number); } }
                Body::Call(c) => { n[6]+=1; match c.status { Status::Failed{..}=>n[7]+=1, Status::Refused=>n[8]+=1, Status::Unanswered=>n[9]+=1, _=>{} }
                    if mode=="all" || (mode=="failed" && !matches!(c.status, Status::Returned)) { println!("  {} {} {:?} {:?} -> {:?}", e.number, c.tool, c.status, c.args.0.iter().take(4).map(|a| format!("{}={}", a.path, a.value.cut(100))).collect::<Vec<_>>(), c.output.cut(160)); } }
            } }
        });
        for s in r.skipped { n[0]+=0; if mode!="quiet" {println!("   skip {}:{:?} {}", s.path, s.line, s.reason);} }
        if r.unfinished { println!("   unfinished {}", p.display()); }
    }
    println!("files {} sessions {} events {} person {} agent {} context {} interrupted {} calls {} failed {} refused {} unanswered {} outcomes {}", paths.len(), n[0],n[1],n[2],n[3],n[4],n[5],n[6],n[7],n[8],n[9], ok);
}
