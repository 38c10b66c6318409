"""Texts that run a script where something between a writer and a page is wrong: more than 300, for any sink.

`PAYLOADS` are all of them. Each calls `alert(1)` (or confirm, prompt, print); `HOOK` is the script a page must begin
with so that a test can ask `executed()`, and `STIR` makes handlers fire that wait for a reader. A sink passes when
nothing was executed and the policy refused nothing, since whatever is refused was let through before.
"""

# ruff: noqa: E501
from itertools import product

HOOK = """
window.ran = []; window.refused = [];
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = (...said) => { window.ran.push([name, ...said].join(" ")); };
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(
  [event.violatedDirective, event.blockedURI, event.sample].join(" ")));
"""

STIR = """
() => {
  const kinds = ["mouseover", "mouseenter", "pointerover", "pointerenter", "focus", "focusin", "click", "dblclick", "wheel", "toggle",
    "animationstart", "animationend", "transitionend", "input", "change", "beforetoggle", "contextmenu", "auxclick",
    "keydown", "copy", "paste", "scroll", "error", "load"];
  document.addEventListener("submit", (event) => event.preventDefault(), true);
  document.addEventListener("click", (event) => event.preventDefault(), true);
  for (const each of document.querySelectorAll("main *, title")) {
    if (each.matches("details")) each.open = true;
    for (const kind of kinds) each.dispatchEvent(new Event(kind, {bubbles: false, cancelable: true}));
  }
  const live = [...document.querySelectorAll("[href], [src], [action], [formaction], [data], [srcdoc], [xlink\\\\:href]")];
  return live.flatMap((each) => [...each.attributes]).filter((one) => /^[\\s\\0-\\x20]*(javascript|data|vbscript)\\s*:|srcdoc/i.test(
    one.name === "srcdoc" ? "srcdoc" : one.value) && one.name !== "placeholder" && one.name !== "value" && one.name !== "title")
    .map((one) => `${one.name}=${one.value}`);
}
"""
"""Fires the handlers of everything in the page; gives the addresses in it that would run a script when followed."""

TAGS = [
    "a",
    "abbr",
    "article",
    "audio",
    "b",
    "bdo",
    "body",
    "button",
    "canvas",
    "details",
    "dialog",
    "div",
    "embed",
    "fieldset",
    "font",
    "form",
    "frameset",
    "iframe",
    "img",
    "input",
    "keygen",
    "link",
    "marquee",
    "math",
    "meta",
    "meter",
    "object",
    "option",
    "progress",
    "q",
    "select",
    "slot",
    "style",
    "summary",
    "svg",
    "table",
    "textarea",
    "time",
    "track",
    "var",
    "video",
    "x",
    "xss",
]
EVENTS = [
    "onload",
    "onerror",
    "onclick",
    "onmouseover",
    "onfocus",
    "onpointerenter",
    "ontoggle",
    "onanimationstart",
    "onbeforetoggle",
]
BY_HANDLER = [f'<{tag} src=x href=x tabindex=0 autofocus {event}="alert(1)">{tag}</{tag}>'
              for tag, event in zip(TAGS * 3, EVENTS * 20, strict=False)]  # fmt: skip

SCRIPTS = (
    r"""
<script>alert(1)</script>
<SCRIPT SRC=data:,alert(1)></SCRIPT>
<script>alert(1)//
<script >alert(1)</script >
<script/x>alert(1)</script>
<scr<script>ipt>alert(1)</scr</script>ipt>
<script type=module>alert(1)</script>
<script>/*<!--*/alert(1)//--></script>
<<script>alert(1)//<</script>
<script	>alert(1)</script>
<svg><script>alert(1)</script></svg>
<svg><script href="data:text/javascript,alert(1)" />
<svg><script xlink:href=data:,alert(1) />
<math><script>alert(1)</script></math>
<template><script>alert(1)</script></template>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<noembed><img title="</noembed><img src onerror=alert(1)>">
<noframes><img title="</noframes><img src onerror=alert(1)>">
</script><script>alert(1)</script>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</style><script>alert(1)</script>
</pre></code></p></div><script>alert(1)</script>
</article></main></body></html><script>alert(1)</script>
--><script>alert(1)</script>
*/</script><script>alert(1)/*
]]><script>alert(1)</script>
"><script>alert(1)</script>
'><script>alert(1)</script>
`><script>alert(1)</script>
" autofocus onfocus="alert(1)
' autofocus onfocus='alert(1)
" onmouseover=alert(1) x="
javascript:alert(1)
data:text/html,<script>alert(1)</script>
<img src=x onerror=alert(1)>
<img src=x:x onerror=alert(1)//
<img/src=x/onerror=alert(1)>
<img src="x`<script>alert(1)</script>"`>
<img src=x onerror="alert&lpar;1&rpar;">
<img src=x onerror=&#97;lert(1)>
<img src=x onerror=\u0061lert(1)>
<img src=x oneonerrorrror=alert(1)>
<IMG """
    + '"""'
    + r"""><SCRIPT>alert(1)</SCRIPT>">
<img srcset=x onerror=alert(1)>
<picture><source srcset=x><img onerror=alert(1)></picture>
<image src=x onerror=alert(1)>
<image href=x onerror=alert(1)>
<svg onload=alert(1)>
<svg/onload=alert(1)
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><set onbegin=alert(1) attributename=x>
<svg><a xlink:href="javascript:alert(1)"><text x=20 y=20>click</text></a>
<svg><a><animate attributeName=href values=javascript:alert(1) /><text x=20 y=20>click</text></a>
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><a href='javascript:alert(1)'/></svg>#x">
<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>
<svg><desc><img src=x onerror=alert(1)></desc></svg>
<svg><title><style><img src=x onerror=alert(1)></style></title></svg>
<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">
<math><mtext></p><img src=x onerror=alert(1)></mtext></math>
<math><a xlink:href="javascript:alert(1)">x</a></math>
<math href="javascript:alert(1)">x</math>
<math><maction actiontype="statusline#http://a.org" xlink:href="javascript:alert(1)">x</maction></math>
<math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml></math>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<math><mtext><table><mglyph><style><math><img src onerror=alert(1)>
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<math><mi//xlink:href="data:x,<script>alert(1)</script>">
<svg><style><img/src=x onerror=alert(1)></style></svg>
<svg><p><style><g title="</style><img src=x onerror=alert(1)>">
<select><template><style><!--</style><a rel="--></style></template></select><img id=x src onerror=alert(1)>">
<table><caption><svg><title><table><caption></title></svg><style><a title="</style><img src onerror=alert(1)>"></style>
<div><style><!--</style><img src=x onerror=alert(1)>--></div>
<xmp><p title="</xmp><img src=x onerror=alert(1)>">
<plaintext><img src=x onerror=alert(1)>
<title><img title="</title><img src=x onerror=alert(1)>">
<textarea><img title="</textarea><img src=x onerror=alert(1)>">
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>
<iframe srcdoc="&lt;script&gt;parent.alert(1)&lt;/script&gt;"></iframe>
<iframe src="data:text/html,<script>alert(1)</script>"></iframe>
<iframe onload=alert(1)></iframe>
<object data="javascript:alert(1)"></object>
<object data="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="></object>
<embed src="javascript:alert(1)">
<embed code="data:text/html,<script>alert(1)</script>">
<a href="javascript:alert(1)">click</a>
<a href=javascript&colon;alert(1)>click</a>
<a href="java&#x0A;script:alert(1)">click</a>
<a href="&#1;javascript:alert(1)">click</a>
<a href=" javascript:alert(1)">click</a>
<a href="javas	cript:alert(1)">click</a>
<a href="JaVaScRiPt:alert(1)">click</a>
<a href="javascript://a.org/%0aalert(1)">click</a>
<a href="vbscript:alert(1)">click</a>
<a href="data:text/html,<script>alert(1)</script>">click</a>
<a href="feed:javascript:alert(1)">click</a>
<a href="view-source:javascript:alert(1)">click</a>
<a href="blob:x" onclick=alert(1)>click</a>
<a target=_blank href=javascript:alert(1) rel=opener>click</a>
<area href=javascript:alert(1) shape=default>
<base href="javascript:/a/-alert(1)///////">
<form action="javascript:alert(1)"><button>go</button></form>
<form><button formaction="javascript:alert(1)">go</button></form>
<form id=act><input type=submit formaction=javascript:alert(1) value=go></form>
<button form=act formaction=javascript:alert(1)>go</button>
<isindex type=image src=1 onerror=alert(1)>
<input type=image src=x onerror=alert(1)>
<input onfocus=alert(1) autofocus>
<select onfocus=alert(1) autofocus>
<details open ontoggle=alert(1)><summary>x</summary></details>
<dialog open onclose=alert(1)><form method=dialog><button>x</button></form></dialog>
<button popovertarget=x>x</button><div popover id=x onbeforetoggle=alert(1)>x</div>
<video><source onerror=alert(1)></video>
<video src=x onerror=alert(1)></video>
<audio src=x onerror=alert(1)></audio>
<video poster=javascript:alert(1)></video>
<track src=x onerror=alert(1)>
<marquee onstart=alert(1)>x</marquee>
<body onload=alert(1)>
<body onpageshow=alert(1)>
<body background="javascript:alert(1)">
<html onmouseover=alert(1)>
<frameset onload=alert(1)>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<meta http-equiv="refresh" content="0; url=data:text/html,<script>alert(1)</script>">
<meta http-equiv=Content-Security-Policy content="script-src 'unsafe-inline'">
<link rel=stylesheet href="data:text/css,*{background:url(javascript:alert(1))}">
<link rel=preload as=script href=x onerror=alert(1)>
<link rel=import href="data:text/html,<script>alert(1)</script>">
<style>@import 'javascript:alert(1)';</style>
<style>*{background:url(x)}</style><style onload=alert(1)></style>
<div style="background:url(javascript:alert(1))">x</div>
<div style="width:expression(alert(1))">x</div>
<div style="animation-name:x" onanimationstart=alert(1)>x</div><style>@keyframes x{}</style>
<p style="behavior:url(x)">x</p>
<xss style="transition:color 1s" ontransitionend=alert(1)>x</xss>
<x contenteditable onblur=alert(1)>x</x>
<x id=x tabindex=1 onfocus=alert(1)>x</x>
<x onclick=alert(1)>x</x>
<a id=viewer><a id=viewer name=handle href="x:alert(1)">x</a>
<form name=body><input name=cookie></form>
<img name=getElementById>
<input id=q name=q autofocus onfocus=alert(1)>
<div hx-get="/x" hx-trigger="load" hx-on:load="alert(1)">x</div>
<div hx-on::after-request="alert(1)" hx-get=/ hx-trigger=load>x</div>
<div data-hx-on-load="alert(1)" data-hx-get="/" data-hx-trigger="load">x</div>
<div hx-vals="js:{x: alert(1)}" hx-get="/" hx-trigger="load">x</div>
<a class=reply href="//evil.example/x">Reply</a>
<!--<img src="--><img src=x onerror=alert(1)//">
<!--><img src=x onerror=alert(1)>-->
<!-- --!><img src=x onerror=alert(1)> -->
<![CDATA[<img src=x onerror=alert(1)>]]>
<?xml version="1.0"?><script>alert(1)</script>
<?php echo '<script>alert(1)</script>' ?>
<%<!--'%><script>alert(1);</script -->
<!DOCTYPE x [<!ENTITY y "<script>alert(1)</script>">]>&y;
&lt;script&gt;alert(1)&lt;/script&gt;
&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;
&#60;img src=x onerror=alert(1)&#62;
&#x3c;img src=x onerror=alert(1)&#x3e;
&#0000060;img src=x onerror=alert(1)&#0000062;
&LT;img src=x onerror=alert(1)&GT;
%3Cscript%3Ealert(1)%3C/script%3E
\x3cscript\x3ealert(1)\x3c/script\x3e
\u003cscript\u003ealert(1)\u003c/script\u003e
＜script＞alert(1)＜/script＞
‹img src=x onerror=alert(1)›
+ADw-script+AD4-alert(1)+ADw-/script+AD4-
<ſcript>alert(1)</ſcript>
<ıframe onload=alert(1)>
<İMG src=x onerror=alert(1)>
{{constructor.constructor('alert(1)')()}}
{{ 7*7 }}{% raw %}<script>alert(1)</script>{% endraw %}
${alert(1)}
#{alert(1)}
<%= alert(1) %>
[[${alert(1)}]]
';alert(1)//
";alert(1)//
`;alert(1)//
\";alert(1)//
</script><svg onload=alert(1)>
jaVasCript:/*-/*`/*\`/*'/*"/**/(/* */oNcliCk=alert(1) )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\x3csVg/<sVg/oNloAd=alert(1)//>\x3e
">><marquee><img src=x onerror=confirm(1)></marquee>" ></plaintext\></|\><plaintext/onmouseover=prompt(1)><script>prompt(1)</script>
'">><svg/onload=print()>
<scrıpt>alert(1)</scrıpt>
<img src=1 href=1 onerror="javascript:alert(1)"></img>
<audio src=1 href=1 onerror="javascript:alert(1)"></audio>
<a/onmouseover[x0b]=alert(1)>x
<div onmouseover='alert&lpar;1&rpar;'>x</div>
<iframe %00 src="&Tab;javascript:prompt(1)&Tab;"%00>
<form><isindex formaction="javascript&colon;confirm(1)">
<input/onmouseover="javaSCRIPT&colon;confirm&lpar;1&rpar;"
<script itworksinallbrowsers>/*<script* */alert(1)</script
<iframe/src="data:text/html;&Tab;base64&Tab;,PGJvZHkgb25sb2FkPWFsZXJ0KDEpPg==">
<a href="data:text/html;blabla,&#60&#115&#99&#114&#105&#112&#116&#62&#97&#108&#101&#114&#116&#40&#49&#41&#60&#47&#115&#99&#114&#105&#112&#116&#62">x</a>
<var onmouseover="prompt(1)">x</var>
"""
)

MARKDOWN = r"""
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](javascript&colon;alert(1))
[x](java&Tab;script:alert(1))
[x](&#106;avascript:alert(1))
[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61&#x6C&#x65&#x72&#x74&#x28&#x31&#x29)
[x](\javascript:alert(1))
[x](<javascript:alert(1)>)
[x](  javascript:alert(1))
[x](javascript://a.org/%0aalert(1))
[x](vbscript:alert(1))
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
[x](data:image/svg+xml,<svg/onload=alert(1)>)
[x](https://a.org" onmouseover="alert(1))
[x](https://a.org"onclick=alert(1)//)
[x](https://a.org 'x" onmouseover="alert(1)')
[x](https://a.org "x' onmouseover='alert(1)")
[x](https://a.org/'onclick='alert(1)')
[x](https://a.org/`onclick=alert(1)`)
[x](//evil.example)
[x](\\evil.example)
[x](mailto:a@b.org?subject="><script>alert(1)</script>)
[x](mailto:"onmouseover="alert(1))
[<img src=x onerror=alert(1)>](https://a.org)
[x]: javascript:alert(1)
[x][y] [y]: javascript:alert(1) "t"
![x](javascript:alert(1))
![x](https://a.org/x.png"onerror="alert(1))
!["onerror="alert(1)](https://a.org/x.png)
![x](x "onerror=alert(1)")
![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)
![<script>alert(1)</script>](https://a.org)
![`"onerror=alert(1)`](https://a.org)
<javascript:alert(1)>
<JAVASCRIPT:alert(1)>
<https://a.org/"onclick="alert(1)>
<https://a.org/<script>alert(1)</script>>
<a@b.org"onclick=alert(1)>
https://a.org/"onmouseover="alert(1)
https://a.org/<script>alert(1)</script>
https://a.org/'onclick='alert(1)
https://"onclick=alert(1)//.org
javascript:alert(1)//https://a.org
```"><script>alert(1)</script>
``` x" onmouseover="alert(1)
~~~</code></pre><script>alert(1)</script>
`<script>alert(1)</script>`
    <script>alert(1)</script>
# <script>alert(1)</script>
> <script>alert(1)</script>
- <img src=x onerror=alert(1)>
1. <img src=x onerror=alert(1)>
| <script>alert(1)</script> | x |
**<script>alert(1)</script>**
~~<img src=x onerror=alert(1)>~~
\<script>alert(1)</script>
<script\>alert(1)</script\>
&lt;script>alert(1)&lt;/script>
@"><script>alert(1)</script>
@mira"onclick=alert(1)
arXiv:2405.12345"><script>alert(1)</script>
doi:10.1000/"><script>alert(1)</script>
doi:10.1000/'onclick='alert(1)
doi:10.1000/<img/src=x/onerror=alert(1)>
doi:10.1000/javascript:alert(1)
[doi:10.1/x](javascript:alert(1)) @mira arXiv:2405.12345
*[x](javascript:alert(1)*
[x](javascript:alert(1)
<div>[x](javascript:alert(1))</div>
<!-- [x](javascript:alert(1)) -->
"""

FORMULAS = r"""
$\href{javascript:alert(1)}{x}$
$\href{data:text/html,<script>alert(1)</script>}{x}$
$\url{javascript:alert(1)}$
$\includegraphics{javascript:alert(1)}$
$\includegraphics[alt="onerror=alert(1)"]{x}$
$\htmlClass{x" onmouseover="alert(1)}{x}$
$\htmlId{x" onmouseover="alert(1)}{x}$
$\htmlStyle{background:url(javascript:alert(1))}{x}$
$\htmlData{x="onmouseover=alert(1)}{x}$
$\text{<script>alert(1)</script>}$
$\text{</math><img src=x onerror=alert(1)>}$
$\text{</annotation></semantics></math><script>alert(1)</script>}$
$x </annotation></semantics></math><img src=x onerror=alert(1)>$
$\char60 script\char62 alert(1)\char60 /script\char62$
$\unicode{x3c}script\unicode{x3e}alert(1)$
$\def\x{<img src=x onerror=alert(1)>}\x$
$\color{red" onmouseover="alert(1)}x$
$\colorbox{javascript:alert(1)}{x}$
$\textcolor{"><script>alert(1)</script>}{x}$
$\mathchoice{<}{s}{c}{r}$
$\mathrm{\&lt;script\&gt;alert(1)}$
$$\begin{html}<script>alert(1)</script>\end{html}$$
$$<script>alert(1)</script>$$
$$\text{<svg onload=alert(1)>}$$
$\require{x}\cssId{x}{\style{x}{x}}$
$\verb|<script>alert(1)</script>|$
$\operatorname{<img src=x onerror=alert(1)>}$
$\tag{<script>alert(1)</script>}$
$\newcommand{\x}{\href{javascript:alert(1)}{x}}\x$
$\genfrac{"><script>alert(1)</script>}{}{}{}{}{}$
"""

CONTEXTS = ("{}", "a {} b", '"{}', "`{}", "*{}*", "> {}", "$x$ {}", "[{}](https://a.org)")
SHORT = (
    "<svg onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    '" onfocus=alert(1) autofocus x="',
    "</textarea></title></style></script><script>alert(1)</script>",
)
CONTROLS = [
    f"<a href='java{chr(code)}script:alert(1)'>x</a> [y](java{chr(code)}script:alert(1))"
    for code in (1, 9, 10, 11, 12, 13, 31, 127, 173, 8203, 8232, 8233, 65279)
]


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


PAYLOADS: list[str] = list(
    dict.fromkeys(
        [
            *lines(SCRIPTS),
            *lines(MARKDOWN),
            *lines(FORMULAS),
            *BY_HANDLER,
            *(context.format(text) for context, text in product(CONTEXTS, SHORT)),
            *CONTROLS,
        ]
    )
)
