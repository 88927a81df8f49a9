-- Phone numbers for callers of plain SQL; TypeScript decides first.

create function app_private.calling_code(p_country text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select code from (values
    ('1','AG AI AS BB BM BS CA DM DO GD GU JM KN KY LC MP MS PR SX TC TT US VC VG VI'), ('20','EG'),
    ('211','SS'), ('212','EH MA'), ('213','DZ'), ('216','TN'), ('218','LY'), ('220','GM'), ('221','SN'),
    ('222','MR'), ('223','ML'), ('224','GN'), ('225','CI'), ('226','BF'), ('227','NE'), ('228','TG'),
    ('229','BJ'), ('230','MU'), ('231','LR'), ('232','SL'), ('233','GH'), ('234','NG'), ('235','TD'),
    ('236','CF'), ('237','CM'), ('238','CV'), ('239','ST'), ('240','GQ'), ('241','GA'), ('242','CG'),
    ('243','CD'), ('244','AO'), ('245','GW'), ('246','IO'), ('247','AC'), ('248','SC'), ('249','SD'),
    ('250','RW'), ('251','ET'), ('252','SO'), ('253','DJ'), ('254','KE'), ('255','TZ'), ('256','UG'),
    ('257','BI'), ('258','MZ'), ('260','ZM'), ('261','MG'), ('262','RE YT'), ('263','ZW'), ('264','NA'),
    ('265','MW'), ('266','LS'), ('267','BW'), ('268','SZ'), ('269','KM'), ('27','ZA'), ('290','SH TA'),
    ('291','ER'), ('297','AW'), ('298','FO'), ('299','GL'), ('30','GR'), ('31','NL'), ('32','BE'),
    ('33','FR'), ('34','ES'), ('350','GI'), ('351','PT'), ('352','LU'), ('353','IE'), ('354','IS'),
    ('355','AL'), ('356','MT'), ('357','CY'), ('358','AX FI'), ('359','BG'), ('36','HU'), ('370','LT'),
    ('371','LV'), ('372','EE'), ('373','MD'), ('374','AM'), ('375','BY'), ('376','AD'), ('377','MC'),
    ('378','SM'), ('380','UA'), ('381','RS'), ('382','ME'), ('383','XK'), ('385','HR'), ('386','SI'),
    ('387','BA'), ('389','MK'), ('39','IT VA'), ('40','RO'), ('41','CH'), ('420','CZ'), ('421','SK'),
    ('423','LI'), ('43','AT'), ('44','GB GG IM JE'), ('45','DK'), ('46','SE'), ('47','NO SJ'), ('48','PL'),
    ('49','DE'), ('500','FK'), ('501','BZ'), ('502','GT'), ('503','SV'), ('504','HN'), ('505','NI'),
    ('506','CR'), ('507','PA'), ('508','PM'), ('509','HT'), ('51','PE'), ('52','MX'), ('53','CU'),
    ('54','AR'), ('55','BR'), ('56','CL'), ('57','CO'), ('58','VE'), ('590','BL GP MF'), ('591','BO'),
    ('592','GY'), ('593','EC'), ('594','GF'), ('595','PY'), ('596','MQ'), ('597','SR'), ('598','UY'),
    ('599','BQ CW'), ('60','MY'), ('61','AU CC CX'), ('62','ID'), ('63','PH'), ('64','NZ'), ('65','SG'),
    ('66','TH'), ('670','TL'), ('672','NF'), ('673','BN'), ('674','NR'), ('675','PG'), ('676','TO'),
    ('677','SB'), ('678','VU'), ('679','FJ'), ('680','PW'), ('681','WF'), ('682','CK'), ('683','NU'),
    ('685','WS'), ('686','KI'), ('687','NC'), ('688','TV'), ('689','PF'), ('690','TK'), ('691','FM'),
    ('692','MH'), ('7','KZ RU'), ('81','JP'), ('82','KR'), ('84','VN'), ('850','KP'), ('852','HK'),
    ('853','MO'), ('855','KH'), ('856','LA'), ('86','CN'), ('880','BD'), ('886','TW'), ('90','TR'),
    ('91','IN'), ('92','PK'), ('93','AF'), ('94','LK'), ('95','MM'), ('960','MV'), ('961','LB'),
    ('962','JO'), ('963','SY'), ('964','IQ'), ('965','KW'), ('966','SA'), ('967','YE'), ('968','OM'),
    ('970','PS'), ('971','AE'), ('972','IL'), ('973','BH'), ('974','QA'), ('975','BT'), ('976','MN'),
    ('977','NP'), ('98','IR'), ('992','TJ'), ('993','TM'), ('994','AZ'), ('995','GE'), ('996','KG'),
    ('998','UZ')
  ) as codes (code, countries)
  where p_country = any (string_to_array(countries, ' '))
$$;
comment on function app_private.calling_code(text) is
  'ISO country to its calling code (ITU-T E.164, as libphonenumber lists them).';

-- Numbers that no patient has and that charge the sender: premium rate, satellite, international networks, and
-- ranges that fraud uses. TypeScript also knows the premium and shared-cost ranges of each country.
create function app_private.is_charged_number(p_phone text) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select p_phone ~ '^\+(1900|37281|4470|800|808|87|88[1-57-9]|979|991)' $$;

create function app_private.normalize_phone(p_phone text, p_country text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_code text := coalesce(app_private.calling_code(p_country), '1');
  v_text text := regexp_replace(regexp_replace(lower(coalesce(p_phone, '')), '(ext\.?|x|#).*$', ''),
    -- "+49 (0)30" shows the trunk zero to callers inside the country; only Italy's zero belongs to the number.
    '^([^0-9]*(\+|00)(?!\s*39)[^(]*)\(0\)', '\1');
  v_digits text := regexp_replace(v_text, '[^0-9]', '', 'g');
  v_phone text;
begin
  if v_text ~ '[a-z]' then
    return null;
  end if;
  v_phone := case
    when v_text ~ '^[^0-9]*\+' then '+' || v_digits
    when v_code = '1' and v_digits ~ '^1[0-9]{10}$' then '+' || v_digits
    when v_code = '1' and v_digits ~ '^011' then '+' || substr(v_digits, 4)
    when v_code = '1' then '+1' || v_digits
    when v_digits ~ '^00' then '+' || substr(v_digits, 3)
    when p_country in ('IT', 'VA', 'SM') then '+' || v_code || v_digits
    else '+' || v_code || regexp_replace(v_digits, '^0', '')
  end;
  -- Mexico dropped the 1 before mobile numbers in 2019; old address books still have it.
  v_phone := regexp_replace(v_phone, '^\+521([0-9]{10})$', '+52\1');
  -- A number that is possible but not assigned is kept: refusing it would lose the patient.
  if v_phone !~ '^\+[1-9][0-9]{7,14}$' or (v_phone ~ '^\+1' and v_phone !~ '^\+1[2-9][0-9]{9}$')
     or app_private.is_charged_number(v_phone) then
    return null;
  end if;
  return v_phone;
end $$;
comment on function app_private.normalize_phone is
  'E.164, or null when it cannot be a phone. TypeScript decides first; this keeps plain SQL callers right.';

create function app_private.phone_flag(p_phone text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select 'unassigned'::text
  where p_phone ~ '^\+1[0-9]{10}$' and substr(p_phone, 3, 3) <> all (regexp_split_to_array('201 202 203 204 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 226 227 228 229 231
    234 235 236 239 240 242 246 248 249 250 251 252 253 254 256 257 260 262 263 264 267 268 269 270 272 273 274
    276 279 281 283 284 289 301 302 303 304 305 306 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323
    324 325 326 327 329 330 331 332 334 336 337 339 340 341 343 345 346 347 350 351 352 353 354 360 361 363 364
    365 367 368 369 380 382 385 386 401 402 403 404 405 406 407 408 409 410 412 413 414 415 416 417 418 419 423
    424 425 428 430 431 432 434 435 437 438 440 441 442 443 445 447 448 450 458 463 464 468 469 470 472 473 474
    475 478 479 480 484 500 501 502 503 504 505 506 507 508 509 510 512 513 514 515 516 517 518 519 520 521 522
    523 524 525 526 527 528 529 530 531 532 533 534 539 540 541 544 548 551 557 559 561 562 563 564 566 567 570
    571 572 573 574 575 577 579 580 581 582 584 585 586 587 588 600 601 602 603 604 605 606 607 608 609 610 612
    613 614 615 616 617 618 619 620 622 623 626 628 629 630 631 633 636 639 640 641 645 646 647 649 650 651 656
    657 658 659 660 661 662 664 667 669 670 671 672 678 680 681 682 683 684 686 689 701 702 703 704 705 706 707
    708 709 712 713 714 715 716 717 718 719 720 721 724 725 726 727 728 730 731 732 734 737 738 740 742 743 747
    748 753 754 757 758 760 762 763 765 767 769 770 771 772 773 774 775 778 779 780 781 782 784 785 786 787 800
    801 802 803 804 805 806 807 808 809 810 812 813 814 815 816 817 818 819 820 821 825 826 828 829 830 831 832
    833 835 838 839 840 843 844 845 847 848 849 850 854 855 856 857 858 859 860 862 863 864 865 866 867 868 869
    870 872 873 876 877 878 879 888 900 901 902 903 904 905 906 907 908 909 910 912 913 914 915 916 917 918 919
    920 925 928 929 930 931 934 936 937 938 939 940 941 942 943 945 947 948 949 951 952 954 956 959 970 971 972
    973 975 978 979 980 983 984 985 986 989', '\s+'))
$$;
comment on function app_private.phone_flag is
  'The area codes of North America that are in use, as libphonenumber lists them. The rest of the world is judged in TypeScript.';
