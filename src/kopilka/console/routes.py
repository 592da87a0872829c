"""The map of the console: every path, its screen, and the right that opens it."""

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from kopilka.console.connections.view import Connections
from kopilka.console.coupons.view import Coupons
from kopilka.console.events.view import Events
from kopilka.console.gifts.view import Gifts
from kopilka.console.member.offers import Offers
from kopilka.console.member.view import Member
from kopilka.console.members.view import Members
from kopilka.console.overview.view import Overview
from kopilka.console.playbooks.view import Playbooks
from kopilka.console.programme.view import Programme
from kopilka.console.programmes.view import Programmes
from kopilka.console.receipt.view import Receipt
from kopilka.console.receipts.view import Receipts
from kopilka.console.requests.deeds import MemberData
from kopilka.console.requests.view import Requests
from kopilka.console.services import Services
from kopilka.console.shell import HOME, Shell
from kopilka.console.shops.view import Shops
from kopilka.console.sign_in.view import SignIn
from kopilka.console.staff.view import StaffScreen
from kopilka.look.visit import Entrance
from kopilka.usecases.staff import Right


def router(services: Services) -> Router:
    """All routes."""
    shell, door = Shell(services), Entrance(services.reception, services.pages)
    sign_in = SignIn(services)
    members, member, receipt = Members(shell), Member(shell), Receipt(shell)
    programme, shops, staff = Programme(shell), Shops(shell), StaffScreen(shell)
    coupons = Coupons(shell)
    gifts, offers = Gifts(shell), Offers(shell, member)
    playbooks, connections = Playbooks(shell), Connections(shell)
    link = f"{HOME}/connections/{{connection:str}}"
    one, slip = f"{HOME}/members/{{member_id:str}}", f"{HOME}/receipts/{{receipt_id:str}}"
    return Router(
        path="/",
        route_handlers=[
            door.get("/sign-in", sign_in.show, None),
            door.post("/sign-in", sign_in.sign_in, None),
            door.post("/sign-out", sign_in.sign_out, None),
            door.get(HOME, Overview(shell).show, Right.WATCH),
            door.get(f"{HOME}/members", members.show, Right.WATCH),
            door.get(f"{HOME}/members/new", members.ask, Right.SERVE),
            door.post(f"{HOME}/members/new", members.enrol, Right.SERVE),
            door.get(one, member.show, Right.WATCH),
            door.post(f"{one}/adjust", member.adjust, Right.SERVE),
            door.post(f"{one}/coupon", member.give_coupon, Right.SERVE),
            door.post(f"{one}/level", member.level, Right.SERVE),
            door.post(f"{one}/gift", offers.gift, Right.SERVE),
            door.post(f"{one}/payout", offers.payout, Right.SERVE),
            door.post(f"{one}/cards", member.cards, Right.SERVE),
            door.post(f"{one}/change", member.change, Right.SERVE),
            door.get(f"{HOME}/receipts", Receipts(shell).show, Right.WATCH),
            door.get(slip, receipt.show, Right.WATCH),
            door.get(f"{slip}/return", receipt.ask_return, Right.SERVE),
            door.post(f"{slip}/return", receipt.give_back, Right.SERVE),
            door.post(f"{slip}/void", receipt.void, Right.SERVE),
            door.get(f"{HOME}/programmes", Programmes(shell).show, Right.WATCH),
            door.get(f"{HOME}/programmes/edit", programme.edit, Right.WATCH),
            door.post(f"{HOME}/programmes/check", programme.check, Right.WATCH),
            door.get(f"{HOME}/programmes/{{programme_id:str}}", programme.show, Right.WATCH),
            door.get(f"{HOME}/playbooks", playbooks.show, Right.WATCH),
            door.get(f"{HOME}/playbooks/{{playbook:str}}", playbooks.look, Right.WATCH),
            door.get(f"{HOME}/coupons", coupons.show, Right.WATCH),
            door.post(f"{HOME}/coupons", coupons.make, Right.PUBLISH),
            door.post(f"{HOME}/coupons/find", coupons.find, Right.WATCH),
            door.post(f"{HOME}/coupons/activate", coupons.activate, Right.SERVE),
            door.post(f"{HOME}/coupons/cancel", coupons.cancel, Right.SERVE),
            door.get(f"{HOME}/coupons/{{batch:str}}", coupons.download, Right.PUBLISH),
            door.get(f"{HOME}/gifts", gifts.show, Right.WATCH),
            door.get(f"{HOME}/gifts/{{redemption:str}}", gifts.one, Right.WATCH),
            door.post(f"{HOME}/gifts/{{redemption:str}}/return", gifts.give_back, Right.SERVE),
            door.get(f"{HOME}/shops", shops.show, Right.WATCH),
            door.post(f"{HOME}/shops", shops.save, Right.PUBLISH),
            door.get(f"{HOME}/connections", connections.show, Right.STAFF),
            door.get(f"{HOME}/connections/new/{{connector:str}}", connections.ask, Right.STAFF),
            door.post(f"{HOME}/connections/new/{{connector:str}}", connections.connect, Right.STAFF),
            door.get(link, connections.one, Right.STAFF),
            door.post(link, connections.change, Right.STAFF),
            door.post(f"{link}/try", connections.try_out, Right.STAFF),
            door.post(f"{link}/renew", connections.renew, Right.STAFF),
            door.post(f"{link}/close", connections.close, Right.STAFF),
            *_about_events(door, Events(shell)),
            *_about_data(door, Requests(shell), MemberData(shell, member)),
            door.get(f"{HOME}/staff", staff.show, Right.STAFF),
            door.post(f"{HOME}/staff", staff.add, Right.STAFF),
        ],
    )


def _about_data(door: Entrance, requests: Requests, data: MemberData) -> list[HTTPRouteHandler]:
    """Requests about personal data, acts, and what is done with the data of one member."""
    one, asked = f"{HOME}/members/{{member_id:str}}", f"{HOME}/requests/{{asked:str}}"
    return [
        door.get(f"{HOME}/requests", requests.show, Right.PRIVACY),
        door.get(asked, requests.one, Right.PRIVACY),
        door.post(f"{asked}/done", requests.done, Right.PRIVACY),
        door.post(f"{asked}/dismiss", requests.dismiss, Right.PRIVACY),
        door.get(f"{HOME}/acts/{{act:str}}", requests.act, Right.PRIVACY),
        door.get(f"{one}/export", data.export, Right.PRIVACY),
        door.get(f"{one}/export.json", data.download, Right.PRIVACY),
        door.post(f"{one}/request", data.write_down, Right.PRIVACY),
        door.post(f"{one}/erase", data.erase, Right.PRIVACY),
    ]


def _about_events(door: Entrance, events: Events) -> list[HTTPRouteHandler]:
    """Receivers of events and their logs."""
    told = f"{HOME}/events/{{id:str}}"
    return [
        door.get(f"{HOME}/events", events.show, Right.STAFF),
        door.post(f"{HOME}/events", events.make, Right.STAFF),
        door.get(told, events.one, Right.STAFF),
        door.post(told, events.change, Right.STAFF),
        door.post(f"{told}/pause", events.pause, Right.STAFF),
        door.post(f"{told}/resume", events.resume, Right.STAFF),
        door.post(f"{told}/secret", events.rotate, Right.STAFF),
        door.post(f"{told}/replay", events.replay, Right.STAFF),
        door.post(f"{told}/delete", events.delete, Right.STAFF),
        door.get(f"{told}/test", events.ask_test, Right.STAFF),
        door.post(f"{told}/test", events.test, Right.STAFF),
        door.get(f"{told}/{{event:str}}", events.delivery, Right.STAFF),
        door.post(f"{told}/{{event:str}}/skip", events.skip, Right.STAFF),
    ]
