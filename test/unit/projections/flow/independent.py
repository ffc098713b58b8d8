"""The figures of docs/flow.md from a raw log, written without a look at the program: for a test to compare.

usage: independent.py LOG.jsonl TABLE.json NOW; prints JSON
"""
import json
import math
import sys
from datetime import datetime, timedelta, timezone
from fractions import Fraction

UTC = timezone.utc


def parse(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def rank(values, percent):
    values = sorted(values)
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)] if values else None


def summary(values):
    return {"count": len(values), "p50": rank(values, 50), "p85": rank(values, 85), "p95": rank(values, 95)}


def monday(moment):
    day = moment.date()
    return day - timedelta(days=day.weekday())


def main(log, table, now):
    now = parse(now)
    with open(table, encoding="utf8") as file:
        table = json.load(file)
    with open(log, encoding="utf8") as file:
        events = {e["event_id"]: e for e in (json.loads(line) for line in file if line.strip())}
    ordered = sorted(events.values(), key=lambda e: (e["lamport_clock"], e["event_id"]))

    moves = {}  # (feature, package) -> [(lane, actor, moment)], never backwards in time
    for event in ordered:
        if event["entity_type"] != "WorkPackage":
            continue
        own = moves.setdefault((event["payload"]["feature_slug"], event["entity_id"]), [])
        moment = max([parse(event["timestamp"])] + [m for _, _, m in own])
        if not own:
            own.append((table["initial"], None, moment))
        if event["event_type"] == "WPStatusChanged":
            lane = event["payload"]["new_status"]
            lane = table.get("aliases", {}).get(lane, lane)
            own.append((lane if lane in table["lanes"] else table["initial"], event["actor"], moment))
    for key, own in moves.items():
        moves[key] = [(lane, actor, min(moment, now)) for lane, actor, moment in own]

    def lane_at(own, moment):
        lane = None
        for where, _, when in own:
            if when <= moment:
                lane = where
        return lane

    first = min(own[0][2] for own in moves.values())
    days = []
    day = first.date()
    while day <= now.date():
        days.append(day)
        day += timedelta(days=1)
    ends = [datetime(d.year, d.month, d.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1) for d in days]
    on_day = [[lane_at(own, end) for own in moves.values()] for end in ends]
    cumulative = {lane: [lanes.count(lane) for lanes in on_day] for lane in table["lanes"]}

    done, working = table["done"], table["working"]
    dropped = table["dropped"]
    scope = [sum(1 for lane in lanes if lane and lane not in dropped) for lanes in on_day]
    finished = [sum(1 for lane in lanes if lane in done) for lanes in on_day]

    cycle, lead, weeks, held, stays = [], [], {}, {}, {}
    for key in sorted(moves):
        own = moves[key]
        ending = None
        before = None
        for lane, _, moment in own:
            if lane in done and before not in done:
                ending = moment
            before = lane
        begun = next((moment for lane, _, moment in own if lane in working), None)
        if own[-1][0] in done:
            weeks[monday(ending)] = weeks.get(monday(ending), 0) + 1
            lead.append(int((ending - own[0][2]).total_seconds()))
            if begun is not None:
                cycle.append(int((ending - begun).total_seconds()))
        if own[-1][0] in working:
            held[own[-1][1]] = held.get(own[-1][1], 0) + 1
        place = 0
        while place < len(own):
            end = place
            while end < len(own) and own[end][0] == own[place][0]:
                end += 1
            until = own[end][2] if end < len(own) else now
            stay = int((until - own[place][2]).total_seconds())
            stays.setdefault(own[place][0], []).append((stay, end == len(own)))
            place = end

    week, throughput = monday(first), []
    while week <= monday(now):
        throughput.append({"week": week.isoformat(), "done": weeks.get(week, 0)})
        week += timedelta(days=7)

    return {
        "days": [d.isoformat() for d in days],
        "cumulative": cumulative,
        "scope": scope,
        "done": finished,
        "forecast": forecast([w["done"] for w in throughput[:-1]][-12:], scope[-1] - finished[-1], monday(now)),
        "cycle": summary(cycle),
        "lead": summary(lead),
        "throughput": throughput,
        "held": held,
        "stays": {
            lane: {
                **summary([stay for stay, _ in stays.get(lane, [])]),
                "seconds": sum(stay for stay, _ in stays.get(lane, [])),
                "open": sum(1 for _, still in stays.get(lane, []) if still),
            }
            for lane in table["lanes"]
        },
    }


def forecast(sample, remaining, week):
    if remaining <= 0 or not any(sample):
        return None
    # sums[s]: how many of the len(sample) ** n equally likely draws give the sum s
    sums, answer = {0: 1}, {}
    for number in range(1, 521):
        step = {}
        for total, ways in sums.items():
            for more in sample:
                reached = min(remaining, total + more)
                step[reached] = step.get(reached, 0) + ways
        sums = step
        share = Fraction(sums.get(remaining, 0), len(sample) ** number)
        for name, wanted in (("likely", Fraction(1, 2)), ("cautious", Fraction(85, 100))):
            if name not in answer and share >= wanted:
                answer[name] = (week + timedelta(days=7 * number)).isoformat()
        if len(answer) == 2:
            return {"remaining": remaining, "weeks_sampled": len(sample), **answer}
    return None


json.dump(main(*sys.argv[1:]), sys.stdout)
