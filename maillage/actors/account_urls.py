"""The doors of one's own account. Their names are those allauth looks for; their addresses and locks are ours."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes.views import generate_recovery_codes as new_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path, reverse_lazy

from maillage.actors.views import accounts, factors, invitations, proconnect, sessions
from maillage.core.access import allow_oneself, public
from maillage.core.throttle import throttle

# For one connection, however many addresses it tries: an office shares one, a list of stolen passwords is longer.
sign_in = throttle("sign_in", limit=60, seconds=600)
letters = throttle("new_password", limit=10, seconds=600)
confirm = throttle("confirm", limit=20, seconds=600)
to_account = {"success_url": reverse_lazy("own_account")}
by_passkey = webauthn.reauthenticate_webauthn
without_application = factors.remove_application
new_password = sign_in(account.password_reset_from_key)
password_changed = account.password_reset_from_key_done
FORGOTTEN = "mot-de-passe-oublie/"
RESET_LINK = rf"^{FORGOTTEN}(?P<uidb36>[0-9a-z]+)-(?P<key>[^/]+)/$"  # The key itself holds hyphens.
rename_passkey = webauthn.EditWebAuthnView.as_view(**to_account)

urlpatterns = [
    path("connexion/", public(sign_in(accounts.sign_in)), name="account_login"),
    path("deconnexion/", accounts.sign_out, name="account_logout"),
    path("compte/ferme/", public(account.account_inactive), name="account_inactive"),
    path("connexion/second-facteur/", public(sign_in(mfa.authenticate)), name="mfa_authenticate"),
    path("connexion/cle-d-acces/", public(sign_in(factors.sign_in_with_passkey)), name="mfa_login_webauthn"),
    path("connexion/proconnect/", proconnect.leave, name="proconnect_leave"),
    path("connexion/proconnect/retour/", proconnect.back, name="proconnect_back"),
    path("invitation/accepter/", invitations.accept, name="invitation_accept"),
    path("invitation/<str:token>/", invitations.open_link, name="invitation"),
    path("compte/", accounts.own_account, name="own_account"),
    path("compte/second-facteur/", accounts.second_factor, name="second_factor"),
    path("compte/confirmer/", allow_oneself(confirm(account.reauthenticate)), name="account_reauthenticate"),
    path("compte/confirmer/code/", allow_oneself(confirm(mfa.reauthenticate)), name="mfa_reauthenticate"),
    path("compte/confirmer/cle/", allow_oneself(confirm(by_passkey)), name="mfa_reauthenticate_webauthn"),
    path("compte/securite/", accounts.to_own_account, name="mfa_index"),
    path("compte/securite/application/", allow_oneself(confirm(totp.activate_totp)), name="mfa_activate_totp"),
    path("compte/securite/application/retirer/", allow_oneself(without_application), name="mfa_deactivate_totp"),
    path("compte/securite/codes/", allow_oneself(factors.recovery_codes), name="mfa_view_recovery_codes"),
    path("compte/securite/codes/nouveaux/", allow_oneself(new_codes), name="mfa_generate_recovery_codes"),
    path("compte/securite/codes.txt", allow_oneself(factors.recovery_codes_file), name="mfa_download_recovery_codes"),
    path("compte/securite/cles/", accounts.to_own_account, name="mfa_list_webauthn"),
    path("compte/securite/cles/ajouter/", allow_oneself(factors.add_passkey), name="mfa_add_webauthn"),
    path("compte/securite/cles/<int:pk>/", allow_oneself(rename_passkey), name="mfa_edit_webauthn"),
    path("compte/securite/cles/<int:pk>/retirer/", allow_oneself(factors.remove_passkey), name="mfa_remove_webauthn"),
    path("compte/sessions/", allow_oneself(sessions.open_sessions), name="usersessions_list"),
    path("compte/sessions/fermer-les-autres/", allow_oneself(sessions.close_others), name="sessions_close_others"),
    path("compte/sessions/<int:pk>/fermer/", allow_oneself(sessions.close), name="sessions_close"),
    path("compte/mot-de-passe/", allow_oneself(confirm(account.password_change)), name="account_change_password"),
    path("compte/mot-de-passe/choisir/", allow_oneself(confirm(account.password_set)), name="account_set_password"),
    path(FORGOTTEN, public(letters(account.password_reset)), name="account_reset_password"),
    path(f"{FORGOTTEN}envoye/", public(account.password_reset_done), name="account_reset_password_done"),
    re_path(RESET_LINK, public(new_password), name="account_reset_password_from_key"),
    path(f"{FORGOTTEN}change/", public(password_changed), name="account_reset_password_from_key_done"),
    path("personnes/<int:pk>/rendre-l-acces/", accounts.give_access_back, name="give_access_back"),
]  # fmt: skip
