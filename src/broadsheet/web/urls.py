"""The site map: every route, in one file. Who may call each stands at its handler."""

from django.urls import path

from broadsheet.web import (
    admin,
    completion,
    doubts,
    examples,
    front,
    listings,
    map,
    papers,
    search,
    search_feeds,
    similar,
    site,
    sources,
)

urlpatterns = [
    path("", front.front),
    path("papers", search.results),
    path("papers.atom", search_feeds.as_atom),
    path("papers.feed.json", search_feeds.as_json_feed),
    path("papers.json", search_feeds.as_json),
    path("papers/complete", completion.fragment),
    path("papers/like", examples.by_example),
    path("papers/similar/<path:name>", similar.papers),
    path("papers/week", front.latest, {"kind": "week"}),
    path("papers/month", front.latest, {"kind": "month"}),
    path("papers/date/<str:code>", front.day),
    path("papers/week/<str:code>", front.week),
    path("papers/month/<str:code>", front.month),
    path("papers/<path:name>", papers.paper),
    path("categories", listings.categories),
    path("categories/<str:code>", listings.category),
    path("authors/<str:key>", listings.author),
    path("organisations", listings.organisations),
    path("organisations/<str:slug>", listings.organisation),
    path("venues/<str:slug>", listings.venue),
    path("tags/<str:slug>", listings.tag),
    path("map", map.page),
    path("map/papers", map.papers),
    path("map/points/<str:version>", map.points),
    path("map/regions/<str:version>", map.regions),
    path("admin", admin.home),
    path("admin/enter", admin.enter),
    path("admin/leave", admin.leave),
    path("admin/sources", sources.overview),
    path("admin/sources/<str:name>", sources.source),
    path("admin/sources/<str:name>/<str:action>", sources.act),
    path("admin/runs/<int:number>/stop", sources.stop),
    path("admin/doubts", doubts.overview),
    path("admin/doubts/<str:decision>", doubts.decide),
    path("health", site.health),
    path("robots.txt", site.robots),
]

handler400 = "broadsheet.web.failures.bad_request"
handler404 = "broadsheet.web.failures.not_found"
handler500 = "broadsheet.web.failures.server_error"
