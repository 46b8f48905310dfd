extension HTMLPage {
    /// Colours are variables, set once for light and once for dark; the charts use the same ones.
    static let css = """
        :root { --bg:#fff; --fg:#1c2024; --dim:#60646c; --line:#d9dbe0; --soft:#f4f5f7; --ok:#18794e; --bad:#c62a2f;
        --s0:#2f6fd0; --s1:#c26a00; --s2:#1f8a4c; --s3:#c23a78; --s4:#7a54c7; --s5:#0d8a8f; --s6:#8d6b1f; --s7:#5b6b86 }
        @media (prefers-color-scheme: dark) { :root { --bg:#15171a; --fg:#e8eaed; --dim:#a0a6b0; --line:#34383f;
        --soft:#1e2126; --ok:#4cc38a; --bad:#ff6369; --s0:#6ea8ff; --s1:#f0a04b; --s2:#5ccb8b; --s3:#f07fb2;
        --s4:#b39bf2; --s5:#4cc4c9; --s6:#d0ad5a; --s7:#a5b3cc } }
        * { box-sizing:border-box }
        body { margin:0; background:var(--bg); color:var(--fg); font:15px/1.5 system-ui,sans-serif }
        main { max-width:60rem; margin:0 auto; padding:1.5rem }
        h1 { font-size:1.5rem } h2 { font-size:1.15rem; margin:2rem 0 .5rem } h3,h4,h5,h6 { font-size:1rem }
        .scroll { overflow-x:auto }
        table { border-collapse:collapse; font-size:.9rem }
        th,td { padding:.3rem .8rem; text-align:left; vertical-align:top; border-bottom:1px solid var(--line);
        overflow-wrap:anywhere }
        th { color:var(--dim); font-weight:600 } .n { text-align:right; font-variant-numeric:tabular-nums }
        .null,.note,figcaption { color:var(--dim) } .note { font-size:.85rem }
        .ok { color:var(--ok) } .bad { color:var(--bad) }
        figure { margin:2rem 0 } figcaption { font-weight:600; margin-bottom:.5rem }
        svg { width:100%; height:auto; display:block } svg text { fill:var(--dim); font:12px system-ui,sans-serif }
        pre,code { font:.85rem/1.45 ui-monospace,monospace; background:var(--soft); border-radius:4px }
        pre { padding:.8rem; overflow-x:auto } code { padding:.1rem .3rem } pre code { padding:0 }
        blockquote { margin:1rem 0; padding-left:1rem; border-left:3px solid var(--line); color:var(--dim) }
        dl { display:grid; grid-template-columns:max-content 1fr; gap:.2rem 1.2rem } dt { color:var(--dim) }
        dd { margin:0; font-variant-numeric:tabular-nums } details { margin-top:1rem } summary { cursor:pointer }
        """
}
