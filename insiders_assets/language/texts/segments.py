"""Who is in the segments that every home has."""

from insiders_assets.language.slots import text

TEXTS = {
    "segment.entered": text("Members since the last refresh."),
    "segment.left": text("Members until the last refresh."),
    "segment.next-to-leave": text("Members who fall below the border next time unless they buy."),
    "segment.at-risk": text("Members quieter than is usual for them."),
    "segment.champions": text("Members who keep to their own rhythm and buy often."),
    "segment.one-step-away": text("Customers whom one step would make members."),
    "segment.new": text("Customers who bought for the first time in the last thirty days."),
    "segment.sleeping": text("Customers outside the list who have long been quiet."),
}
