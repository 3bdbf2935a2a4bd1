"""Contents of calendars, right and wrong.

The same contents are given to this reader and to the keeper.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from vaultreader import keycalendar
from vaultreader.keycalendar import GREATEST_SERIAL, KeptLeaf, KeyCalendar, Node
from vaultreader.values import LAST_DAY

from .calendarwriter import content
from .chosen import chosen

CONVERSATION = bytes(range(16))
NEIGHBOUR = CONVERSATION[:7] + b"\x06" + CONVERSATION[8:]
SAME_PATH = CONVERSATION[:8] + bytes(8)
FAR = b"\xff" * 16


@dataclass
class CalendarCase:
    """A content, and whether it is one; with the questions to ask of it."""

    label: str
    content: bytes
    good: bool
    questions: list[tuple[int, bytes]]
    calendar: KeyCalendar | None = None


class CalendarCases:
    """Builds the cases on a calendar with a page for a day."""

    def __init__(self, calendar: KeyCalendar, day: int, today: int) -> None:
        self.calendar, self.day, self.today = calendar, day, today
        self.root = calendar.pages[day][0]

    def all(self) -> list[CalendarCase]:
        """Every case."""
        return [*self._punctures(), *self._kept(), *self._numbers(), *self._nodes()]

    def _case(self, label: str, good: bool = True, more: bytes = b"", **changes) -> CalendarCase:
        calendar = dataclasses.replace(self.calendar, **changes)
        questions = [
            (self.day, CONVERSATION),
            (self.day, NEIGHBOUR),
            (self.day, SAME_PATH),
            (self.day, FAR),
            (self.today - 100, CONVERSATION),
            (self.today - 1, CONVERSATION),
            (self.day + 5_000, CONVERSATION),
        ]
        return CalendarCase(label, content(calendar) + more, good, questions, calendar)

    def _page(self, label: str, nodes: list[Node], good: bool = True) -> CalendarCase:
        return self._case(label, good, pages={**self.calendar.pages, self.day: tuple(nodes)})

    def punctured(self, nodes: list[Node], conversation: bytes) -> list[Node]:
        """Calendar, "Puncture"."""
        path = keycalendar.path_of(conversation)
        kept = [node for node in nodes if not node.covers(path)]
        hit = [node for node in nodes if node.covers(path)]
        return sorted(
            kept + [child for node in hit for child in keycalendar.puncture(node, path)],
            key=lambda node: node.prefix,
        )

    def _punctures(self) -> list[CalendarCase]:
        once = self.punctured([self.root], CONVERSATION)
        return [
            self._case("as it is"),
            self._page("punctured", once),
            self._page("punctured twice", self.punctured(once, FAR)),
        ]

    def _kept(self) -> list[CalendarCase]:
        punctured = tuple(self.punctured([self.root], CONVERSATION))

        def leaf(**changes) -> KeptLeaf:
            kept = KeptLeaf(CONVERSATION, self.day, self.day + 100, 2, b"K" * 32)
            return dataclasses.replace(kept, **changes)

        past = leaf(day=self.today - 100, until=self.today)
        return [
            self._case("kept", kept=(leaf(),)),
            self._case(
                "kept and punctured",
                kept=(leaf(),),
                pages={**self.calendar.pages, self.day: punctured},
            ),
            self._case("kept until today, of a day that is over", kept=(past,)),
            self._case(
                "kept until yesterday, and punctured",
                high_water=self.today - 1,
                kept=(leaf(until=self.today - 1),),
                pages={**self.calendar.pages, self.day: punctured},
            ),
            self._case(
                "kept until yesterday",
                high_water=self.today - 1,
                kept=(dataclasses.replace(past, until=self.today - 1),),
            ),
            self._case("kept twice", False, kept=(leaf(), leaf())),
            self._case("kept in two classes", kept=(leaf(kept_class=1), leaf())),
            self._case("kept, descending", False, kept=(leaf(), leaf(kept_class=1))),
            self._case(
                "kept in the classes 0 and 3", kept=(leaf(kept_class=0), leaf(kept_class=3))
            ),
            self._case("kept from the last day that there is", kept=(leaf(day=LAST_DAY),)),
            self._case("kept from a day after the last", False, kept=(leaf(day=LAST_DAY + 1),)),
            self._case(
                "kept until the high-water day",
                high_water=self.today,
                kept=(leaf(until=self.today),),
            ),
            self._case("an unknown class", False, kept=(leaf(kept_class=4),)),
            self._case(
                "kept until before the high-water day",
                False,
                high_water=self.today,
                kept=(leaf(until=self.today - 1),),
            ),
            self._case("kept for ever", False, kept=(leaf(until=LAST_DAY + 1),)),
        ]

    def _numbers(self) -> list[CalendarCase]:
        first, second = (b"a" * 16, self.today), (b"b" * 16, self.today + 3)
        past, whole = (b"a" * 16, self.today - 1), (self.root,)
        return [
            self._case("a byte more", False, more=b"\0"),
            self._case("the high-water day is tomorrow", high_water=self.today + 1),
            self._case("the high-water day is the page's", high_water=self.day),
            self._case("a budget of no day", budget=0),
            self._case(
                "a request spent until the high-water day", high_water=self.today, spent=(first,)
            ),
            self._case("a page before the high-water day", False, high_water=self.day + 1),
            self._case("a budget of 8 days", False, budget=8),
            self._case("spent requests", spent=(first, second)),
            self._case("spent requests, descending", False, spent=(second, first)),
            self._case("a request spent twice", False, spent=(first, first)),
            self._case("the last serial that there is", serial=GREATEST_SERIAL),
            self._case("a serial beyond the last", False, serial=GREATEST_SERIAL + 1),
            self._case("serial 0", False, serial=0),
            self._case("no page", pages={}),
            self._case("a page of the last day that there is", pages={LAST_DAY: whole}),
            self._case("a page of a day after the last", False, pages={LAST_DAY + 1: whole}),
            self._case("the high-water day is after the last", False, high_water=LAST_DAY + 1),
            self._case("pages that descend", False, pages={self.day + 1: whole, self.day: whole}),
            self._case("a time mark of zeros", mark_boot=bytes(16), mark_seconds=0),
            self._case("the greatest time mark", mark_boot=b"\xff" * 16, mark_seconds=2**64 - 1),
            self._case(
                "a request spent until before the high-water day",
                False,
                high_water=self.today,
                spent=(past,),
            ),
            self._cut("a page more than it holds", 54),
            self._cut("a kept leaf more than it holds", 58),
            self._cut("a spent request more than it holds", 62),
        ]

    def _cut(self, label: str, place: int) -> CalendarCase:
        data = content(self.calendar)
        counted = data[:place] + bytes([data[place] + 1]) + data[place + 1 :]
        return CalendarCase(label, counted, False, [])

    def _nodes(self) -> list[CalendarCase]:
        path, key = keycalendar.path_of(CONVERSATION), chosen(32, b"node")
        half = 1 << 63
        return [
            self._page("a leaf alone", [Node(64, path, key)]),
            self._page("two halves", [Node(1, 0, key), Node(1, half, key)]),
            self._page("a prefix where there are no bits", [Node(0, 1, key)], False),
            self._page("the last leaf alone", [Node(64, 2**64 - 1, key)]),
            self._page("a leaf below its neighbour", [Node(63, 0, key), Node(64, 1, key)], False),
            self._page("no node", [], False),
            self._page("65 bits", [Node(65, 0, key)], False),
            self._page("bits behind the prefix", [Node(8, path, key)], False),
            self._page("an overlap", [Node(0, 0, key), Node(64, path, key)], False),
            self._page("a node twice", [Node(1, 0, key), Node(1, 0, key)], False),
            self._page("nodes that descend", [Node(1, half, key), Node(1, 0, key)], False),
        ]
