"""The entrance in a browser: password and second factor, by mouse and by keyboard."""

from playwright.sync_api import expect

from tests.browser.desk import PASSWORD, code, enter, give_password

NEW = "site@test.com"


def test_R21_the_first_login_sets_up_a_second_factor_and_the_next_asks_for_it(stranger):
    secret, used = enter(stranger, NEW)
    stranger.look()
    codes = stranger.page.locator("main code, #content code, #content li").all_inner_texts()
    assert len({one for one in codes if one.count("-") == 6}) == 10
    stranger.press("I have kept them: continue", role="link")
    stranger.press("Log out")

    stranger.open("/admin/login/")
    give_password(stranger, NEW)
    stranger.look()
    stranger.page.get_by_label("Code").fill("000000")
    stranger.press("Continue")
    stranger.sees("This code is not right")
    stranger.page.get_by_label("Code").fill(code(secret, used=used))
    stranger.press("Continue")

    expect(stranger.page).to_have_url(stranger.site + "/admin/")
    stranger.look()


def test_the_entrance_is_passed_with_the_keyboard_alone(stranger):
    page = stranger.open("/admin/login/")
    page.keyboard.type("nobody@test.com")  # the first field waits for it
    page.keyboard.press("Tab")
    page.keyboard.type("a-wrong-password")
    page.keyboard.press("Enter")

    stranger.sees("The e-mail address or the password is not correct.")
    stranger.look()


def test_without_a_login_every_page_is_the_entrance(stranger):
    for path in (
        "/admin/",
        "/admin/bookings/booking/",
        "/admin/stacking/",
        "/admin/dashboard/sales/",
    ):
        stranger.open(path)
        expect(stranger.page.get_by_label("Password")).to_be_visible()


def test_H10_a_session_is_ended_with_the_keyboard_alone(desk_of):
    desk = desk_of("finance@test.com")
    login = {"email": "finance@test.com", "password": PASSWORD}
    assert desk.page.request.post(f"{desk.site}/api/auth/login", data=login).ok
    page = desk.open("/admin/")
    desk.press("Your sessions", role="link")
    desk.look()
    expect(page.get_by_role("radio")).to_have_count(2)  # the latest first: the one over the API
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    desk.sees("The session has ended.")
    desk.sees("You are logged in nowhere else.")
    desk.look()
