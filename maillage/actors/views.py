"""Pages where people sign in and out."""

from django.contrib.auth import views as auth

from maillage.core.access import public
from maillage.core.throttle import throttle

sign_in = public(
    throttle("sign-in", limit=10, seconds=300)(
        auth.LoginView.as_view(template_name="actors/sign_in.html", redirect_authenticated_user=True)
    )
)
sign_out = public(auth.LogoutView.as_view())
